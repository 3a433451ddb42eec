//! Requests, counted and timed.
//!
//! The series are looked up once for each worker thread and kept there, since this is done for every
//! request. All labels are words of ours: methods that nobody knows are told as one, and so are paths
//! that there are not.
use actix_web::http::{Method, StatusCode};
use metrics::{Gauge, Histogram, gauge, histogram};
use std::{cell::RefCell, collections::HashMap};

/// What a method is called that is none of the known ones.
const OTHER: &str = "_OTHER";

/// What the route is called of a path that there is not.
const NOWHERE: &str = "none";

struct Series {
    in_flight: Gauge,
    /// By where the method and the route lie, which are both texts of the program, and by the status.
    seconds: HashMap<(usize, usize, u16), Histogram>,
}

thread_local! {
    static SERIES: RefCell<Series> = RefCell::new(Series {
        in_flight: gauge!("filmhub_http_requests_in_flight"),
        seconds: HashMap::new(),
    });
}

/// The name of a method, as far as it is known.
pub fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => OTHER,
    }
}

/// A request that is being answered.
pub struct InFlight(());

impl InFlight {
    /// One more.
    pub fn begin() -> Self {
        SERIES.with_borrow(|series| series.in_flight.increment(1.0));
        Self(())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        // A thread that ends has nothing to count any more.
        let _ = SERIES.try_with(|series| series.borrow().in_flight.decrement(1.0));
    }
}

/// Counts an answer, and how long it took to its head.
pub fn record(method: &'static str, route: &'static str, status: StatusCode, seconds: f64) {
    let key = (
        method.as_ptr().addr(),
        route.as_ptr().addr(),
        status.as_u16(),
    );
    SERIES.with_borrow_mut(|series| {
        let series = series.seconds.entry(key);
        let series = series.or_insert_with(|| {
            let status = status.as_str().to_owned();
            let route = if route.is_empty() { NOWHERE } else { route };
            histogram!(
                "filmhub_http_request_seconds", "method" => method, "route" => route, "status" => status
            )
        });
        series.record(seconds);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_nobody_knows_have_one_name() {
        assert_eq!(name_of(&Method::PATCH), "PATCH");
        for method in ["BREW", "get", "PROPFIND"] {
            assert_eq!(name_of(&method.parse().unwrap()), OTHER);
        }
    }
}
