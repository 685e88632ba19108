use b2bi_local_dispatcher::cors::{allow, is_preflight, preflight};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
};
use http::{HeaderMap, Request};

#[test]
fn a_preflight_has_method_path_origin_and_what_is_asked_for() {
    let check = |method: &str, path: &str, headers: &[&str], expected: bool| {
        let mut request = Request::builder().method(method).uri(path);
        for name in headers {
            request = request.header(*name, "x");
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(is_preflight(&head), expected, "{method} {path} {headers:?}");
    };
    let both = ["origin", "access-control-request-method"];
    check("OPTIONS", "/", &both, true);
    check("POST", "/", &both, false);
    check("OPTIONS", "/bucket", &both, false);
    check("OPTIONS", "/", &["origin"], false);
    check("OPTIONS", "/", &["access-control-request-method"], false);
    check("OPTIONS", "/", &[], false);
}

#[test]
fn a_page_may_send_what_sdks_send_and_read_what_they_read() {
    let allowed = preflight();
    let header = |name| allowed.headers()[name].to_str().unwrap();
    assert_eq!(header(ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert_eq!(header(ACCESS_CONTROL_ALLOW_METHODS), "POST");
    assert_eq!(header(ACCESS_CONTROL_MAX_AGE), "600");
    for name in ["authorization", "x-amz-target", "x-amz-date"] {
        let mut names = header(ACCESS_CONTROL_ALLOW_HEADERS).split(',');
        assert!(names.any(|allowed| allowed == name), "{name}");
    }
    let mut reply = HeaderMap::new();
    allow(&mut reply);
    assert_eq!(reply[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let exposed = reply[ACCESS_CONTROL_EXPOSE_HEADERS].to_str().unwrap();
    assert!(exposed.split(',').any(|name| name == "x-amzn-errortype"));
}
