//! Starts a `PostgreSQL` server and holds it until it is killed, to show what happens then.
use std::{thread, time::Duration};
use test_servers::PostgresServer;

fn main() {
    let server = PostgresServer::shared();
    println!("{} {}", server.port(), server.folder().display());
    loop {
        thread::sleep(Duration::from_mins(1));
    }
}
