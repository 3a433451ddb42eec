//! What is left of a server when the process that started it is killed.
use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

fn becomes_true(condition: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        if condition() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn a_server_does_not_outlive_a_killed_process() {
    let mut holder = Command::new(env!("CARGO_BIN_EXE_hold-postgres"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let (port, folder) = line.trim_end().split_once(' ').unwrap();
    let port: u16 = port.parse().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());

    holder.kill().unwrap();
    holder.wait().unwrap();

    assert!(becomes_true(|| !Path::new(folder).exists()));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}
