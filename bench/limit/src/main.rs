//! The least server that gives the answers that are measured.
//!
//! It tells how fast the machine can be, so that the product's figures mean the same everywhere: the
//! same web framework, driver, allocator, token check and JSON, one prepared statement for each
//! request, and nothing else. No layers, no memory of earlier answers, no middleware, no ranking, no
//! problem details. It is no model of how to write a service.
mod film;
mod library;
mod token;
mod vocabulary;

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context;
use clap::Parser;
use mimalloc::MiMalloc;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{PgPool, postgres::PgPoolOptions};
use token::TokenCheck;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[derive(Parser)]
struct Settings {
    /// The product's database, with its schema and films in it.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: SecretString,
    /// What the tokens are signed with.
    #[arg(long, env = "JWT_SECRET", hide_env_values = true)]
    jwt_secret: SecretString,
    #[arg(long, env = "LIMIT_PORT", default_value_t = 8081)]
    port: u16,
    /// As many as the product has.
    #[arg(long, env = "LIMIT_CONNECTIONS", default_value_t = 10)]
    connections: u32,
    /// As many as the product has.
    #[arg(long, env = "LIMIT_WORKERS", default_value_t = 2)]
    workers: usize,
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::parse();
    let pool: PgPool = PgPoolOptions::new()
        .max_connections(settings.connections)
        .test_before_acquire(false)
        .connect(settings.database_url.expose_secret())
        .await
        .context("the database does not answer")?;
    let pool = web::Data::new(pool);
    let tokens = web::Data::new(TokenCheck::new(settings.jwt_secret.expose_secret()));
    HttpServer::new(move || {
        App::new()
            .app_data(pool.clone())
            .app_data(tokens.clone())
            .route("/readyz", web::get().to(HttpResponse::Ok))
            .service(
                web::scope("/api/v1")
                    .configure(film::routes)
                    .configure(library::routes)
                    .configure(vocabulary::routes),
            )
    })
    .workers(settings.workers)
    .bind(("127.0.0.1", settings.port))
    .context("the port is taken")?
    .run()
    .await
    .context("the server stopped")
}

/// A statement that failed; which one is of no interest here.
#[derive(Debug)]
pub(crate) struct Failed(sqlx::Error);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

// Answered with 500, the default.
impl actix_web::ResponseError for Failed {}

impl From<sqlx::Error> for Failed {
    fn from(failure: sqlx::Error) -> Self {
        Self(failure)
    }
}
