//! Somebody who calls the API.
use super::Answer;
use crate::unknown_id;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// A client of the API; with a token it is somebody, without one anybody.
#[derive(Clone, Debug)]
pub struct Caller {
    client: Client,
    base: String,
    /// The token shown with every request.
    pub token: Option<String>,
    /// Whose token it is.
    pub id: String,
    /// The address by which they sign in.
    pub email: String,
    /// The password with which they sign in.
    pub password: String,
}

/// An address that nobody else in this run has.
pub fn unique_email() -> String {
    format!("{}@example.org", unknown_id().simple())
}

impl Caller {
    /// Nobody in particular.
    pub fn anonymous(client: Client, base: String) -> Self {
        Self {
            client,
            base,
            token: None,
            id: String::new(),
            email: String::new(),
            password: String::new(),
        }
    }

    /// The same, but somebody who has just opened an account and signed in.
    pub async fn newcomer(self) -> Self {
        let newcomer = self.with_credentials(&unique_email(), "correct horse battery staple");
        let mut body = newcomer.credentials();
        body["username"] = json!("Anna");
        let id = id_of(&self.post("/auth/register", &body).await.json(201));
        Self { id, ..newcomer }.signed_in().await
    }

    /// The same person in a new session.
    pub async fn signed_in(&self) -> Self {
        let answer = self
            .post("/auth/login", &self.credentials())
            .await
            .json(201);
        self.with_token(answer["token"].as_str().unwrap())
    }

    /// The same person with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// Somebody with these credentials, who has not signed in.
    pub fn with_credentials(&self, email: &str, password: &str) -> Self {
        Self {
            email: email.to_owned(),
            password: password.to_owned(),
            ..self.clone()
        }
    }

    /// What they sign in with.
    pub fn credentials(&self) -> Value {
        json!({ "email": self.email, "password": self.password })
    }

    /// The token that they show.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// Where a path is: whole URLs stay as they are, paths that start with `//` are the server's, and
    /// all others the API's.
    pub fn url(&self, path: &str) -> String {
        match path.strip_prefix('/') {
            None => path.to_owned(),
            Some(own) if own.starts_with('/') => format!("{}{own}", self.base),
            Some(_) => format!("{}/api/v1{path}", self.base),
        }
    }

    /// Starts a request that is like no other.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.url(path));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap()
    }

    /// Sends a request that may find nobody.
    pub async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let request = request.build()?;
        let question = format!("{} {}", request.method(), request.url());
        Answer::read(question, self.client.execute(request).await?).await
    }

    /// Asks for something.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Asks for something with one header.
    pub async fn get_with(&self, path: &str, header: &str, value: &str) -> Answer {
        self.send(self.request(Method::GET, path).header(header, value))
            .await
    }

    /// Asks for something by parameters.
    pub async fn query(&self, path: &str, parameters: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::GET, path).query(parameters))
            .await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Posts nothing.
    pub async fn post_nothing(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    /// Posts a form.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path).form(fields))
            .await
    }

    /// Puts JSON.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// Patches with JSON.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(body))
            .await
    }

    /// Deletes something.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Adds a film of their own.
    pub async fn add_film(&self, title: &str) -> String {
        let body =
            json!({ "title": title, "description": format!("All there is to say of {title}.") });
        id_of(&self.post("/films", &body).await.json(201))
    }
}

/// The identifier of what was answered.
#[track_caller]
pub fn id_of(thing: &Value) -> String {
    thing["id"]
        .as_str()
        .unwrap_or_else(|| panic!("no id in {thing}"))
        .to_owned()
}
