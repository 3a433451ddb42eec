//! What the product answered.
use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// What was asked, for messages.
    pub question: String,
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// Reads an answer to its end.
    pub async fn read(question: String, answer: reqwest::Response) -> reqwest::Result<Self> {
        Ok(Self {
            question,
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.bytes().await?,
        })
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Insists on a status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.question, self.text());
        self
    }

    /// The body of an answer with this status, which must be JSON.
    #[track_caller]
    pub fn json(self, status: u16) -> Value {
        let answer = self.expect(status);
        assert_eq!(
            answer.header("content-type"),
            "application/json",
            "{}",
            answer.question
        );
        answer.parse()
    }

    /// The body of an answer with this status, which must be an array.
    #[track_caller]
    pub fn array(self, status: u16) -> Vec<Value> {
        match self.json(status) {
            Value::Array(items) => items,
            other => panic!("not an array: {other}"),
        }
    }

    /// Insists on an answer without a body, as things that are done give it.
    #[track_caller]
    pub fn done(self) {
        let answer = self.expect(204);
        assert!(
            answer.body.is_empty(),
            "{}: {}",
            answer.question,
            answer.text()
        );
    }

    /// Insists on problem details of this status and code, and gives them.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let answer = self.expect(status);
        let question = &answer.question;
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{question}"
        );
        let problem = answer.parse();
        assert_eq!(problem["code"], code, "{question}: {problem}");
        assert_eq!(
            problem["type"],
            format!("/problems/{code}"),
            "{question}: {problem}"
        );
        assert_eq!(problem["status"], status, "{question}: {problem}");
        assert_eq!(problem["status_code"], status, "{question}: {problem}");
        for member in ["title", "detail"] {
            let text = problem[member].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{question}: no {member} in {problem}");
        }
        let request = answer.header("x-request-id");
        assert_eq!(
            problem["instance"],
            json!(format!("/requests/{request}")),
            "{question}"
        );
        if status == 401 {
            assert!(
                answer.header("www-authenticate").starts_with("Bearer"),
                "{question}"
            );
        }
        problem
    }

    /// Insists on problem details with this very sentence.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str, detail: &str) {
        assert_eq!(self.problem(status, code)["detail"], detail);
    }

    /// Insists on a 400 that names these fields and no others, whatever their order.
    #[track_caller]
    pub fn names(self, code: &str, fields: &[&str]) {
        let problem = self.problem(400, code);
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let mut named: Vec<&str> = errors
            .iter()
            .filter_map(|error| error["field"].as_str())
            .collect();
        named.sort_unstable();
        let mut fields = fields.to_vec();
        fields.sort_unstable();
        assert_eq!(named, fields, "{problem}");
        let is_told = |error: &Value| {
            error["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        };
        assert!(errors.iter().all(is_told), "{problem}");
    }

    /// A header, which must be there.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.find_header(name)
            .unwrap_or_else(|| panic!("{}: no {name}", self.question))
    }

    /// A header, if it is there.
    pub fn find_header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    fn parse(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|failure| panic!("{}: {failure}: {}", self.question, self.text()))
    }
}
