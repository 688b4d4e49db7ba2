//! What is read and sent beyond the laws of the contract, by an example of each kind.

use pod_api::types;
use serde_json::{Value, json};

#[test]
fn limits_of_text_do_not_cost_an_answer() {
    let app = |id: &str| json!({"appId": id, "appName": id, "enable": true, "listed": true, "install": true});
    let long = "x".repeat(10_000);
    for id in ["", &long] {
        let list: types::PodAppEntitlementList = serde_json::from_value(json!([app(id)])).unwrap();
        assert_eq!(list[0].app_id.as_str(), id);
        // What is sent has limits.
        id.parse::<types::PodAppEntitlementAppId>().unwrap_err();
    }
}

#[test]
fn a_word_of_a_parameter_must_be_one_of_the_listed() {
    "NOT HEARD OF".parse::<types::ListConnectionsStatus>().unwrap_err();
}

#[test]
fn metadata_of_a_user_is_any_json() {
    for any in [
        json!("text"),
        json!(["a", 1, null, {"b": []}]),
        json!({"deep": {"er": [null]}}),
        json!(7),
        json!(-1.5),
        json!(true),
        Value::Null,
    ] {
        let value = json!({"userMetadata": {"key": any, "other key": 1}});
        let user: types::UserV2 = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(user).unwrap(), value);
        let attributes: types::V2UserAttributes = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(attributes).unwrap(), value);
    }
}
