//! A server that takes traces as OpenTelemetry's collector does.
use crate::serving::Serving;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use prost::Message;
use std::{
    collections::BTreeMap,
    fmt::Write,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A span as it was sent. Identifiers are hexadecimal digits; the root of a trace has no parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentSpan {
    /// Its trace.
    pub trace: String,
    /// Its identifier.
    pub id: String,
    /// The identifier of the span that it is part of.
    pub parent: String,
    /// Its name.
    pub name: String,
    /// Its kind: `server`, `client`, `consumer`, `producer` or `internal`.
    pub kind: &'static str,
    /// What is told of it, as text.
    pub facts: BTreeMap<String, String>,
    /// Whether it says that it failed.
    pub is_failed: bool,
    /// What is told of the process, as text.
    pub resource: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct Taken {
    spans: Vec<SentSpan>,
    heads: Vec<String>,
}

/// A server that takes traces over HTTP as protobuf, and keeps them.
#[derive(Debug)]
pub struct TraceServer {
    serving: Serving,
    taken: Arc<Mutex<Taken>>,
}

impl TraceServer {
    /// Starts a server.
    #[must_use]
    pub fn start() -> Self {
        let taken: Arc<Mutex<Taken>> = Arc::default();
        let shared = Arc::clone(&taken);
        let serving = Serving::start(|listener| async move {
            loop {
                let (connection, _) = listener.accept().await?;
                let taken = Arc::clone(&shared);
                tokio::spawn(async move {
                    // A client that goes away is none of the server's business.
                    let _ = serve(connection, &taken).await;
                });
            }
        });
        Self { serving, taken }
    }

    /// Its URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.serving.endpoint()
    }

    /// The spans so far, in the order in which they came.
    #[must_use]
    pub fn spans(&self) -> Vec<SentSpan> {
        locked(&self.taken).spans.clone()
    }

    /// The heads of the requests so far.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        locked(&self.taken).heads.clone()
    }
}

fn locked(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(connection: TcpStream, taken: &Mutex<Taken>) -> io::Result<()> {
    let mut connection = BufReader::new(connection);
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(connection.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut body = vec![0; length(&head)];
        connection.read_exact(&mut body).await?;
        let status = if head.starts_with("POST /v1/traces ") {
            "200 OK"
        } else {
            "404 Not Found"
        };
        take(&mut locked(taken), head, &body);
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n"
        );
        connection.write_all(answer.as_bytes()).await?;
    }
}

fn length(head: &str) -> usize {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    // A request without a body need not say how long it is.
    lengths.next().map_or(0, |(_, value)| {
        value.trim().parse().expect("a length is a number")
    })
}

fn take(taken: &mut Taken, head: String, body: &[u8]) {
    taken.heads.push(head);
    let request = ExportTraceServiceRequest::decode(body).expect("the body is such a request");
    for of_process in request.resource_spans {
        let resource = of_process.resource.unwrap_or_default();
        let resource = facts(resource.attributes);
        let spans = of_process.scope_spans.into_iter();
        for span in spans.flat_map(|of_scope| of_scope.spans) {
            taken.spans.push(sent(span, resource.clone()));
        }
    }
}

fn sent(span: Span, resource: BTreeMap<String, String>) -> SentSpan {
    let kind = match span.kind() {
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Consumer => "consumer",
        SpanKind::Producer => "producer",
        SpanKind::Internal | SpanKind::Unspecified => "internal",
    };
    let status = span.status.unwrap_or_default();
    SentSpan {
        trace: hexadecimal(&span.trace_id),
        id: hexadecimal(&span.span_id),
        parent: hexadecimal(&span.parent_span_id),
        name: span.name,
        kind,
        facts: facts(span.attributes),
        is_failed: status.code() == StatusCode::Error,
        resource,
    }
}

fn facts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<Value>| match value {
        Some(Value::StringValue(text)) => text,
        Some(Value::BoolValue(is_so)) => is_so.to_string(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    let attributes = attributes.into_iter();
    attributes
        .map(|fact| (fact.key, text(fact.value.unwrap_or_default().value)))
        .collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
