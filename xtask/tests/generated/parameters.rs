//! What goes over the wire for each place and style of a parameter.

#![allow(missing_docs, unreachable_pub, reason = "nobody uses a test")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

#[allow(dead_code, reason = "no answer is of interest here")]
mod server;

use parameters::{Client, Context, types};
use server::{Request, Server};

/// What a call sends.
async fn sent<T, E: std::fmt::Debug>(call: impl AsyncFnOnce(Client) -> Result<T, E>) -> Request {
    let server = Server::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    call(Client::new(&server.url, Context::new()).unwrap()).await.unwrap();
    server.asked().await
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

fn filter() -> types::Filter {
    types::Filter { name: "a b".into(), min: Some(3), tags: Some(texts(&["x", "y&z"])) }
}

#[tokio::test]
async fn what_is_not_given_is_not_sent() {
    let asked = sent(async |client| client.get_query().send().await).await;
    assert_eq!(asked.line, "GET /api/query HTTP/1.1");
    let asked = sent(async |client| client.get_header().session("s").send().await).await;
    assert_eq!(asked.headers, [("accept".into(), "*/*".into()), ("cookie".into(), "session=s".into())]);
}

#[tokio::test]
async fn each_style_of_a_query() {
    let asked = sent(async |client| client.get_query().spread(texts(&["a,b", "c"])).send().await).await;
    assert_eq!(asked.line, "GET /api/query?spread=a%2Cb&spread=c HTTP/1.1");
    let asked = sent(async |client| client.get_query().ids(vec![1, 2, 3]).send().await).await;
    assert_eq!(asked.line, "GET /api/query?ids=1,2,3 HTTP/1.1");
    let asked = sent(async |client| client.get_query().spaced(texts(&["a", "b c"])).send().await).await;
    assert_eq!(asked.line, "GET /api/query?spaced=a%20b%20c HTTP/1.1");
    let asked = sent(async |client| client.get_query().piped(texts(&["a", "b"])).send().await).await;
    assert_eq!(asked.line, "GET /api/query?piped=a%7Cb HTTP/1.1");
    let asked = sent(async |client| client.get_query().filter(filter()).send().await).await;
    assert_eq!(
        asked.line,
        "GET /api/query?filter[min]=3&filter[name]=a%20b&filter[tags][]=x&filter[tags][]=y%26z HTTP/1.1"
    );
    let page = types::GetQueryPage { limit: Some(10), offset: None };
    let asked = sent(async |client| client.get_query().page(page).send().await).await;
    assert_eq!(asked.line, "GET /api/query?limit=10 HTTP/1.1");
    let only_name = types::Filter { name: "a".into(), min: None, tags: None };
    let asked = sent(async |client| client.get_query().where_(only_name).send().await).await;
    assert_eq!(asked.line, "GET /api/query?where=%7B%22name%22%3A%22a%22%7D HTTP/1.1");
}

#[tokio::test]
async fn what_may_be_an_object_or_a_number() {
    let range: types::Range = types::Range { gt: 3, lt: Some(9) };
    let asked = sent(async |client| client.get_query().created(range).send().await).await;
    assert_eq!(asked.line, "GET /api/query?created[gt]=3&created[lt]=9 HTTP/1.1");
    let asked = sent(async |client| client.get_query().created(7_i64).send().await).await;
    assert_eq!(asked.line, "GET /api/query?created=7 HTTP/1.1");
}

#[tokio::test]
async fn several_in_one_query() {
    let asked = sent(async |client| {
        client.get_query().ids(vec![1]).url(texts(&["u", "v"])).maybe(7).spread(texts(&["s"])).send().await
    })
    .await;
    assert_eq!(asked.line, "GET /api/query?ids=1&url=u,v&maybe=7&spread=s HTTP/1.1");
}

#[tokio::test]
async fn required_ones_are_required() {
    let asked = sent(async |client| client.get_required().id(vec![1, 2]).filter(filter()).send().await).await;
    assert!(asked.line.starts_with("GET /api/required/1,2?filter[min]=3&"), "{}", asked.line);
    let client = Client::new("https://pod.invalid", Context::new()).unwrap();
    let error = client.get_required().id(vec![1]).send().await.unwrap_err();
    assert!(error.to_string().contains("filter was not initialized"), "{error}");
    let error = client.get_required().id(vec![]).filter(filter()).send().await.unwrap_err();
    assert!(error.to_string().contains("cannot stand in a path"), "{error}");
}

#[tokio::test]
async fn each_style_of_a_path() {
    let object = types::GetPathObject { a: Some(1), b: Some("c/d".into()) };
    let asked = sent(async |client| {
        client.get_path().simple(texts(&["a/b", "c"])).label(vec![1, 2]).matrix("m n").object(object).send().await
    })
    .await;
    assert_eq!(asked.line, "GET /api/path/a%2Fb,c/x.1.2/;matrix=m%20n/a=1,b=c%2Fd HTTP/1.1");
}

#[tokio::test]
async fn headers_and_cookies() {
    let asked = sent(async |client| {
        client
            .get_header()
            .x_tags(texts(&["a", "b"]))
            .x_where(types::Filter { name: "n".into(), min: None, tags: None })
            .x_count(2)
            .session("ab+/==")
            .theme(types::GetHeaderTheme::Dark)
            .send()
            .await
    })
    .await;
    assert_eq!(asked.header("x-tags"), Some("a,b"));
    assert_eq!(asked.header("x-where"), Some(r#"{"name":"n"}"#));
    assert_eq!(asked.header("x-count"), Some("2"));
    assert_eq!(asked.header("cookie"), Some("session=ab+/==; theme=dark"));
}

#[tokio::test]
async fn one_name_in_every_place() {
    let asked = sent(async |client| {
        client.get_same().id("p/q").id_2("1").id_3("2").id_4("3").send().await
    })
    .await;
    // Which of the three has which name in Rust is of no interest; that none is lost is.
    let query = asked.line.strip_prefix("GET /api/same/p%2Fq/of/p%2Fq?id=").expect(&asked.line);
    let cookie = asked.header("cookie").unwrap().strip_prefix("id=").unwrap();
    let mut given = [query.strip_suffix(" HTTP/1.1").unwrap(), asked.header("id").unwrap(), cookie];
    given.sort();
    assert_eq!(given, ["1", "2", "3"]);
}

#[tokio::test]
async fn templates_go_out_as_they_are() {
    let asked = sent(async |client| client.get_double_slash().id("2").send().await).await;
    assert_eq!(asked.line, "GET /api/double//slash///2 HTTP/1.1");
    let asked = sent(async |client| client.get_fixed().name("b&c").more("d").send().await).await;
    assert_eq!(asked.line, "GET /api/fixed?kind=a&name=b%26c&more=d HTTP/1.1");
}

#[tokio::test]
async fn what_may_be_null_has_a_text_when_it_is_not() {
    let level = |level: i64| types::MaybeLevel::from(level);
    let asked = sent(async |client| {
        client
            .get_null()
            .order(types::GetNullOrder::Desc)
            .level(level(3))
            .levels(vec![Some(level(4)), Some(level(5))])
            .orders(vec![types::GetNullOrdersItem::Asc])
            .send()
            .await
    })
    .await;
    assert_eq!(asked.line, "GET /api/null/desc/3?levels=4&levels=5&orders=asc HTTP/1.1");
    let asked = sent(async |client| {
        let header = client.get_header().session("s").x_order(types::GetHeaderXOrder::Asc);
        header.x_level(3).x_levels(vec![Some(level(4)), Some(level(5))]).send().await
    })
    .await;
    assert_eq!(asked.header("x-order"), Some("asc"));
    assert_eq!(asked.header("x-level"), Some("3"));
    assert_eq!(asked.header("x-levels"), Some("4,5"));
}

#[tokio::test]
async fn what_several_operations_have_by_a_component_has_one_type() {
    let (order, only, around) = (types::Sort::Down, vec![types::Only::New], types::Box { x: Some(1) });
    let (order_2, only_2, around_2) = (order.clone(), only.clone(), around.clone());
    let rooms =
        sent(async |client| client.list_rooms().order(order).only(only).box_(around).send().await).await;
    let users =
        sent(async |client| client.list_users().order(order_2).only(only_2).box_(around_2).send().await).await;
    assert_eq!(rooms.line, "GET /api/sorted/rooms?box[x]=1&only=new&order=down HTTP/1.1");
    assert_eq!(users.line, rooms.line.replace("rooms", "users"));
}
