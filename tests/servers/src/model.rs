//! A server that speaks like OpenAI's and says what a test wants.
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// What the model is to answer.
#[derive(Clone, Debug)]
pub enum ModelAnswer {
    /// These words: in one piece, or as a stream where one is asked for.
    Words(String),
    /// A wish to call these tools, each by name and arguments, after some words.
    Calls(String, Vec<(String, Value)>),
    /// These words as a stream that then breaks off.
    BrokenOff(String),
    /// These words as a stream that then says nothing more and stays open.
    FallsSilent(String),
    /// Nothing but a status, with these headers.
    Status(u16, Vec<(String, String)>),
    /// A body as it is, with this type.
    Raw(String, String),
    /// The same, but only after a while.
    Late(Duration, Box<ModelAnswer>),
}

impl ModelAnswer {
    /// Words.
    #[must_use]
    pub fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into())
    }

    /// A JSON object as words.
    #[must_use]
    pub fn json(value: &Value) -> Self {
        Self::Words(value.to_string())
    }

    /// The numbers of the texts of a request for embeddings: each word points into a direction of its own
    /// among so many, and so texts with the same words mean the same.
    #[must_use]
    pub fn numbers(request: &ModelRequest, dimensions: usize) -> Self {
        let texts = request.body.get("input").and_then(Value::as_array);
        let texts = texts.into_iter().flatten();
        let texts = texts.filter_map(Value::as_str);
        let numbers = texts.map(|text| numbers_of(text, dimensions));
        let data: Vec<Value> = numbers
            .enumerate()
            .map(|(index, numbers)| json!({ "index": index, "embedding": numbers }))
            .collect();
        let body = json!({ "object": "list", "data": data, "model": "test" });
        Self::Raw("application/json".to_owned(), body.to_string())
    }

    /// A wish to call one tool.
    #[must_use]
    pub fn call(tool: &str, arguments: Value) -> Self {
        Self::Calls(String::new(), vec![(tool.to_owned(), arguments)])
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct ModelRequest {
    /// Its path.
    pub path: String,
    /// The header that shows a key.
    pub authorization: Option<String>,
    /// Its body.
    pub body: Value,
}

fn numbers_of(text: &str, dimensions: usize) -> Vec<f32> {
    let mut numbers = vec![0.0; dimensions];
    let text = text.to_lowercase();
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    for word in words.filter(|word| word.len() > 3) {
        // FNV-1a, the same on every machine.
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let place = usize::try_from(hash % u64::try_from(dimensions).unwrap_or(1)).unwrap_or(0);
        if let Some(number) = numbers.get_mut(place) {
            *number += 1.0;
        }
    }
    numbers
}

type Answering = dyn Fn(&ModelRequest) -> ModelAnswer + Send + Sync;

/// A server that speaks like OpenAI's. It listens until the process ends.
#[derive(Clone)]
pub struct ModelServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    answering: Box<Answering>,
    requests: Mutex<Vec<ModelRequest>>,
    left: AtomicUsize,
    is_stopped: AtomicBool,
}

impl ModelServer {
    /// Starts a server that answers so.
    #[must_use]
    pub fn start(answering: impl Fn(&ModelRequest) -> ModelAnswer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("no port is free");
        let address = listener.local_addr().expect("it listens");
        let shared = Arc::new(Shared {
            answering: Box::new(answering),
            requests: Mutex::default(),
            left: AtomicUsize::default(),
            is_stopped: AtomicBool::default(),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.is_stopped.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&serving);
                thread::spawn(move || shared.serve(stream));
            }
        });
        Self { address, shared }
    }

    /// What the addresses of the API start with.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<ModelRequest> {
        let requests = self.shared.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many clients have left in the middle of a stream.
    #[must_use]
    pub fn left(&self) -> usize {
        self.shared.left.load(Ordering::SeqCst)
    }

    /// Stops listening.
    pub fn stop(&self) {
        self.shared.is_stopped.store(true, Ordering::SeqCst);
        // The listener looks up when somebody comes.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    /// Answers one request; a client that is gone is no concern of the server's.
    fn serve(&self, mut stream: TcpStream) {
        let Some(request) = read(&stream) else {
            return;
        };
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(request.clone());
        drop(requests);
        let answer = (self.answering)(&request);
        let is_streamed = request.body.get("stream") == Some(&Value::Bool(true));
        if answer_with(&mut stream, answer, is_streamed).is_err() {
            self.left.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn answer_with(
    stream: &mut TcpStream,
    answer: ModelAnswer,
    is_streamed: bool,
) -> std::io::Result<()> {
    match answer {
        ModelAnswer::Late(pause, answer) => {
            thread::sleep(pause);
            answer_with(stream, *answer, is_streamed)
        }
        ModelAnswer::Status(status, headers) => {
            let headers = headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}\r\n"));
            let headers: String = headers.collect();
            let body = r#"{"error":{"message":"no","type":"test","param":null,"code":null}}"#;
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n{headers}\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
        }
        ModelAnswer::Raw(kind, body) => whole(stream, &kind, &body),
        ModelAnswer::Words(words) if is_streamed => {
            open_stream(stream)?;
            say(stream, &words)?;
            close_stream(stream, "stop")
        }
        ModelAnswer::Words(words) => {
            let message = json!({ "role": "assistant", "content": words });
            whole(
                stream,
                "application/json",
                &completion(&message).to_string(),
            )
        }
        ModelAnswer::Calls(words, calls) => {
            open_stream(stream)?;
            say(stream, &words)?;
            call(stream, &calls)?;
            close_stream(stream, "tool_calls")
        }
        ModelAnswer::BrokenOff(words) => {
            open_stream(stream)?;
            say(stream, &words)
        }
        ModelAnswer::FallsSilent(words) => {
            open_stream(stream)?;
            say(stream, &words)?;
            wait_until_left(stream)
        }
    }
}

fn read(stream: &TcpStream) -> Option<ModelRequest> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split_whitespace().nth(1)?.to_owned();
    let (mut length, mut authorization) = (0, None);
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(ModelRequest {
        path,
        authorization,
        body: serde_json::from_slice(&body).ok()?,
    })
}

fn whole(stream: &mut TcpStream, kind: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

fn completion(message: &Value) -> Value {
    let choice = json!({ "index": 0, "message": message, "finish_reason": "stop" });
    json!({ "id": "x", "object": "chat.completion", "model": "test", "choices": [choice] })
}

fn open_stream(stream: &mut TcpStream) -> std::io::Result<()> {
    // The end of the connection is the end of the answer.
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    )
}

fn close_stream(stream: &mut TcpStream, reason: &str) -> std::io::Result<()> {
    chunk(stream, &json!({}), Some(reason))?;
    write!(stream, "data: [DONE]\n\n")
}

/// Says words a few letters at a time, as models do.
fn say(stream: &mut TcpStream, words: &str) -> std::io::Result<()> {
    let letters: Vec<char> = words.chars().collect();
    for part in letters.chunks(7) {
        let part: String = part.iter().collect();
        chunk(stream, &json!({ "content": part }), None)?;
    }
    Ok(())
}

/// Calls tools, their arguments in two pieces.
fn call(stream: &mut TcpStream, calls: &[(String, Value)]) -> std::io::Result<()> {
    for (index, (name, arguments)) in calls.iter().enumerate() {
        let arguments = arguments
            .as_str()
            .map_or_else(|| arguments.to_string(), str::to_owned);
        let middle = arguments.len() / 2;
        let middle = (0..=middle)
            .rev()
            .find(|place| arguments.is_char_boundary(*place));
        let (first, second) = arguments.split_at(middle.unwrap_or(0));
        let id = format!("call-{index}");
        let start = json!({ "index": index, "id": id, "type": "function",
            "function": { "name": name, "arguments": first } });
        chunk(stream, &json!({ "tool_calls": [start] }), None)?;
        let rest = json!({ "index": index, "function": { "arguments": second } });
        chunk(stream, &json!({ "tool_calls": [rest] }), None)?;
    }
    Ok(())
}

fn chunk(stream: &mut TcpStream, delta: &Value, reason: Option<&str>) -> std::io::Result<()> {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": reason });
    let chunk = json!({ "id": "x", "object": "chat.completion.chunk", "choices": [choice] });
    write!(stream, "data: {chunk}\n\n")?;
    stream.flush()
}

/// Says nothing until the client closes the connection, which is an error as it left too early.
fn wait_until_left(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    let mut rest = [0];
    match stream.read(&mut rest) {
        Err(failure) if matches!(failure.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            Ok(())
        }
        Ok(0) | Err(_) => Err(std::io::Error::other("the client has left")),
        Ok(_) => Ok(()),
    }
}
