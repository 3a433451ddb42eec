//! A Redis server of one's own.
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, ChildStdout, Command, Stdio},
};

/// A Redis server that keeps nothing, lives as long as this value, and can be killed and started again
/// on its port.
#[derive(Debug)]
pub struct RedisServer {
    watchdog: Child,
    answers: BufReader<ChildStdout>,
    port: u16,
}

impl RedisServer {
    /// Starts a server.
    #[must_use]
    pub fn start() -> Self {
        let mut watchdog = Command::new("sh")
            .args(["-c", include_str!("redis.sh"), "redis.sh"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // An interrupt from the keyboard is for the tests; their end is what ends the server.
            .process_group(0)
            .spawn()
            .expect("the shell could not be started");
        let answers = BufReader::new(watchdog.stdout.take().expect("its output is a pipe"));
        let mut server = Self {
            watchdog,
            answers,
            port: 0,
        };
        // A port that is free now may be taken a moment later.
        let is_up = (0..5).any(|_| {
            server.port = free_port();
            server.order(&format!("start {}", server.port)) == "ready"
        });
        assert!(
            is_up,
            "Redis did not start; the reason stands above (is redis-server installed?)"
        );
        server
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills it, whatever it is doing.
    pub fn kill(&mut self) {
        assert_eq!(self.order("kill"), "killed");
    }

    /// Starts it again where it was; it remembers nothing.
    pub fn start_again(&mut self) {
        let order = format!("start {}", self.port);
        assert_eq!(self.order(&order), "ready", "its port has been taken");
    }

    /// Asks it something by its own command line tool.
    #[must_use]
    pub fn ask(&self, words: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
            .args(words)
            .output()
            .expect("redis-cli could not be started");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn order(&mut self, order: &str) -> String {
        let stdin = self.watchdog.stdin.as_mut().expect("its input is a pipe");
        writeln!(stdin, "{order}").expect("the watchdog is gone");
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .expect("the watchdog's output could not be read");
        line.trim_end().to_owned()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // Closing its standard input tells the watchdog to stop the server.
        drop(self.watchdog.stdin.take());
        // Without it there is nothing left to stop.
        let _ = self.watchdog.wait();
    }
}

fn free_port() -> u16 {
    let held = TcpListener::bind(("127.0.0.1", 0)).expect("no port is free");
    held.local_addr().expect("a bound port has a number").port()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_can_be_killed_and_started_again_where_it_was() {
        let mut server = RedisServer::start();
        let url = server.url();
        assert_eq!(server.ask(&["set", "film", "Stalker"]), "OK");
        server.kill();
        assert_eq!(server.ask(&["get", "film"]), "");
        server.start_again();
        assert_eq!(server.url(), url);
        assert_eq!(server.ask(&["exists", "film"]), "0");
    }
}
