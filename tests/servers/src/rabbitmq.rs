//! A `RabbitMQ` server of one's own.
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// How many tests can have a virtual host of their own.
const VIRTUAL_HOSTS: u32 = 24;

/// A `RabbitMQ` server that lives as long as this value and not longer than this process, and can be
/// killed and started again on its port; what it has confirmed it remembers then.
#[derive(Debug)]
pub struct RabbitMqServer {
    watchdog: Child,
    answers: BufReader<ChildStdout>,
    port: u16,
    given: AtomicU32,
}

impl RabbitMqServer {
    /// The one server that the tests of a process share; started when it is first asked for.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<RabbitMqServer> = LazyLock::new(RabbitMqServer::start);
        &SHARED
    }

    /// Starts a server.
    #[must_use]
    pub fn start() -> Self {
        let mut watchdog = Command::new("sh")
            .args(["-c", include_str!("rabbitmq.sh"), "rabbitmq.sh"])
            .arg(VIRTUAL_HOSTS.to_string())
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
            given: AtomicU32::new(0),
        };
        // A port that is free now may be taken a moment later.
        let is_up = (0..3).any(|_| {
            [server.port] = free_ports();
            server.starts()
        });
        assert!(
            is_up,
            "RabbitMQ did not start; the reason stands above (is rabbitmq-server installed?)"
        );
        server
    }

    /// The URL of a virtual host that has nothing in it and was given to nobody else.
    #[must_use]
    pub fn fresh_url(&self) -> String {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        assert!(number < VIRTUAL_HOSTS, "there are too few virtual hosts");
        let port = self.port;
        format!("amqp://filmhub:p%40ss%2Fword@127.0.0.1:{port}/v{number}")
    }

    /// Kills it, whatever it is doing.
    pub fn kill(&mut self) {
        assert_eq!(self.order("kill"), "killed");
    }

    /// Starts it again where it was, with what it has confirmed.
    pub fn start_again(&mut self) {
        assert!(self.starts(), "one of its ports has been taken");
    }

    /// Others like it would connect to the second port, and ask at the third for the second. Nobody does,
    /// so those may be new ones each time; the kernel keeps the old ones back for a while.
    fn starts(&mut self) -> bool {
        let [distribution, names] = free_ports();
        self.order(&format!("start {} {distribution} {names}", self.port)) == "ready"
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

impl Drop for RabbitMqServer {
    fn drop(&mut self) {
        // Closing its standard input tells the watchdog to stop the server.
        drop(self.watchdog.stdin.take());
        // Without it there is nothing left to stop.
        let _ = self.watchdog.wait();
    }
}

/// Ports that are free now, no two the same.
fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    let held = [(); COUNT].map(|()| TcpListener::bind(("127.0.0.1", 0)).expect("no port is free"));
    held.map(|held| held.local_addr().expect("a bound port has a number").port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    #[test]
    fn it_can_be_killed_and_started_again_where_it_was() {
        let mut server = RabbitMqServer::start();
        let port = server.port;
        let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        assert!(listens());
        server.kill();
        assert!(!listens());
        server.start_again();
        assert!(listens());
        assert_ne!(server.fresh_url(), server.fresh_url());
    }
}
