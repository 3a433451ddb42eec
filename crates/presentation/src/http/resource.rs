//! One path of the API with all its methods.
use super::{
    caught::{Caught, Uncrowded},
    limited::limited,
    problem::Problem,
};
use actix_web::{
    FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route,
    guard::{self, GuardContext},
    http::{
        Method,
        header::{self, HeaderValue},
    },
    middleware::from_fn,
    web,
};
use application::shared::limiter::Counted;

/// The pattern of the path that a request came by, for the log.
#[derive(Clone, Copy, Debug)]
pub struct RoutePattern(pub &'static str);

/// A path and its methods; other methods are answered by 405 with those that there are.
pub struct Path {
    resource: Resource,
    methods: Vec<&'static str>,
    counted: Option<Counted>,
}

impl Path {
    /// Starts a path.
    pub fn at(pattern: &'static str) -> Self {
        Self {
            resource: web::resource(pattern).app_data(RoutePattern(pattern)),
            methods: Vec::new(),
            counted: None,
        }
    }

    /// Lets requests to it take no place in the crowd: they cost next to nothing, or wait for their client
    /// for long.
    pub fn uncrowded(mut self) -> Self {
        self.resource = self.resource.app_data(Uncrowded);
        self
    }

    /// Counts all requests to it as this, instead of by their method.
    pub fn counted_as(mut self, counted: Counted) -> Self {
        self.counted = Some(counted);
        self
    }

    /// Answers `GET`, and `HEAD` alike.
    pub fn get<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let is_read = |context: &GuardContext<'_>| {
            matches!(context.head().method, Method::GET | Method::HEAD)
        };
        self.with(
            &["GET", "HEAD"],
            web::route()
                .guard(guard::fn_guard(is_read))
                .to(Caught::new(handler)),
        )
    }

    /// Answers `POST`.
    pub fn post<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.with(&["POST"], web::post().to(Caught::new(handler)))
    }

    /// Answers `PUT`.
    pub fn put<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.with(&["PUT"], web::put().to(Caught::new(handler)))
    }

    /// Answers `PATCH`.
    pub fn patch<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.with(&["PATCH"], web::patch().to(Caught::new(handler)))
    }

    /// Answers `DELETE`.
    pub fn delete<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.with(&["DELETE"], web::delete().to(Caught::new(handler)))
    }

    fn with(mut self, methods: &[&'static str], route: Route) -> Self {
        self.resource = self.resource.route(route);
        self.methods.extend(methods);
        self
    }

    /// Opens the path.
    pub fn open(mut self, routes: &mut web::ServiceConfig) {
        self.methods.push("OPTIONS");
        // Names of methods are always fit for a header.
        let allow = HeaderValue::from_str(&self.methods.join(", "))
            .unwrap_or_else(|_| HeaderValue::from_static("OPTIONS"));
        let other = web::to(move |req: HttpRequest| std::future::ready(other_method(&req, &allow)));
        let (counted, resource) = (self.counted, self.resource.default_service(other));
        routes.service(resource.wrap(from_fn(move |req, next| limited(counted, req, next))));
    }
}

fn other_method(req: &HttpRequest, allow: &HeaderValue) -> HttpResponse {
    let mut response = if req.method() == Method::OPTIONS {
        HttpResponse::NoContent().finish()
    } else {
        HttpResponse::from_error(Problem::method_not_allowed())
    };
    response.headers_mut().insert(header::ALLOW, allow.clone());
    response
}

/// Answers every path that there is not.
pub async fn no_such_route() -> Result<HttpResponse, Problem> {
    std::future::ready(Err(Problem::no_such_route())).await
}
