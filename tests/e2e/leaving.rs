//! Instances are replaced one after the other, and nobody notices.
use crate::app::{App, Database, Setup, until};
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// A proxy that knows nothing but to ask whether an instance is ready, twenty times a second, and to
/// hand each new connection to the next one that is.
struct Proxy {
    port: u16,
    is_open: Arc<AtomicBool>,
    behind: Arc<[Behind]>,
}

struct Behind {
    port: u16,
    is_ready: AtomicBool,
}

impl Proxy {
    fn before(ports: &[u16]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let is_open = Arc::new(AtomicBool::new(true));
        let behind = ports.iter().map(|port| Behind {
            port: *port,
            is_ready: AtomicBool::new(true),
        });
        let behind: Arc<[Behind]> = behind.collect();
        let (open, asked) = (Arc::clone(&is_open), Arc::clone(&behind));
        thread::spawn(move || {
            while open.load(Ordering::SeqCst) {
                for one in asked.iter() {
                    let is_ready = is_ready(one.port);
                    one.is_ready.store(is_ready, Ordering::SeqCst);
                }
                thread::sleep(Duration::from_millis(50));
            }
        });
        let (open, all) = (Arc::clone(&is_open), Arc::clone(&behind));
        thread::spawn(move || {
            let turn = AtomicUsize::new(0);
            for near in listener.incoming() {
                if !open.load(Ordering::SeqCst) {
                    return;
                }
                let ready: Vec<&Behind> = all
                    .iter()
                    .filter(|one| one.is_ready.load(Ordering::SeqCst))
                    .collect();
                let next = turn.fetch_add(1, Ordering::SeqCst) % ready.len().max(1);
                if let Some(one) = ready.get(next) {
                    hand_over(near.unwrap(), one.port);
                }
            }
        });
        Self {
            port,
            is_open,
            behind,
        }
    }

    /// How many instances it takes for ready.
    fn ready(&self) -> usize {
        let ready = |one: &&Behind| one.is_ready.load(Ordering::SeqCst);
        self.behind.iter().filter(ready).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.is_open.store(false, Ordering::SeqCst);
        // Wakes whoever waits for the next connection.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200 "))
    };
    ask().unwrap_or(false)
}

fn hand_over(near: TcpStream, port: u16) {
    let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else {
        return;
    };
    let back = (far.try_clone().unwrap(), near.try_clone().unwrap());
    for (mut from, mut to) in [(near, far), back] {
        thread::spawn(move || {
            // Either side may go first.
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_two_instances_one_after_the_other_loses_no_request() {
    let setup = Setup::without_films(Database::Postgres).await;
    let setup = setup.set("FILMHUB_LEAVE_SECONDS", "2");
    let sibling = setup.sibling();
    let mut instances: Vec<App> = vec![setup.start().await, sibling.start().await];
    let ports: Vec<u16> = instances.iter().map(|app| app.port).collect();
    let proxy = Proxy::before(&ports);
    let is_over = Arc::new(AtomicBool::new(false));
    let mut clients = Vec::new();
    for _ in 0..4 {
        // These keep their connections for as long as they are let.
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://127.0.0.1:{}/api/v1/genres", proxy.port);
        let is_over = Arc::clone(&is_over);
        clients.push(tokio::spawn(async move {
            let mut answered = 0_u32;
            while !is_over.load(Ordering::SeqCst) {
                let answer = client.get(&url).send().await.unwrap();
                assert_eq!(answer.status(), 200);
                answer.bytes().await.unwrap();
                answered += 1;
            }
            answered
        }));
    }
    for app in &mut instances {
        app.terminate();
        let mut ended = None;
        until("it ends", Duration::from_secs(30), || {
            ended = app.has_ended();
            ended.is_some()
        });
        assert!(ended.unwrap().success(), "{}", app.log());
        let most = Duration::from_secs(30);
        until("the proxy hears of its end", most, || proxy.ready() == 1);
        app.start_again().await;
        until("the proxy hears of it", most, || proxy.ready() == 2);
    }
    is_over.store(true, Ordering::SeqCst);
    for client in clients {
        assert!(client.await.unwrap() > 0);
    }
}
