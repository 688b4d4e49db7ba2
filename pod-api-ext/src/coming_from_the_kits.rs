//! Coming from the official kits, the BDK for Java and the BDK for Python.
//!
//! This crate is about the Pod API: users, rooms, connections, presence, and what an administrator of a pod does. Messages,
//! signals and the datafeed are matters of the agent, which it does not call; programs that need both get the
//! [tokens for the agent](crate::Pod::agent_tokens) here.
//!
//! # The same configuration
//!
//! With the feature `config`, `PodBuilder::from_config("config.yaml")` reads the file that the kits read. What becomes of each
//! key stands in the documentation of `config`, and where the two kits differ, too.
//!
//! ```
//! # #[cfg(feature = "config")]
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use pod_api_ext::PodBuilder;
//!
//! let pod = PodBuilder::from_config("config.yaml")?.build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is called what
//!
//! | | Java | Python | here |
//! |---|---|---|---|
//! | the entry | `new SymphonyBdk(config)`, which logs in | `SymphonyBdk(config)` | [`PodBuilder::build`](crate::PodBuilder::build); the first call logs in |
//! | a bot with a key | `bot.privateKey` | `bot.privateKey` | [`RsaSession`](crate::session::RsaSession) |
//! | a bot with a certificate | `bot.certificate`, PKCS#12 | `bot.certificate`, PEM | [`PodBuilder::certificate`](crate::PodBuilder::certificate), PEM |
//! | who the bot is | `botInfo()` | `sessions().get_session()` | [`Pod::session_info`](crate::Pod::session_info) |
//! | tokens for the agent | `botSession().getSessionToken()`, `getKeyManagerToken()` | `bot_session().session_token`, `key_manager_token` | [`Pod::agent_tokens`](crate::Pod::agent_tokens) |
//! | renewing them | `botSession().refresh()` | `bot_session().refresh()` | [`Pod::renew_agent_tokens`](crate::Pod::renew_agent_tokens); for calls of the Pod API nobody has to |
//! | connections | `connections()` | `connections()` | [`Pod::connections`](crate::Pod::connections) |
//! | | `getConnection`, `listConnections` | `get_connection`, `list_connections` | [`get`](crate::connections::Connections::get), [`list`](crate::connections::Connections::list) |
//! | | `createConnection`, `acceptConnection`, `rejectConnection`, `removeConnection` | the same in snake case | [`create`](crate::connections::Connections::create), [`accept`](crate::connections::Connections::accept), [`reject`](crate::connections::Connections::reject), [`remove`](crate::connections::Connections::remove) |
//! | users | `users().listUsersByIds`, `searchUsers`, `listUsersDetail`, `suspendUser` | `users().list_users_by_ids`, `search_users`, `list_user_details`, `suspend` | [`Pod::send`](crate::Pod::send) with the [operation](crate::pod_api::Client) of that path |
//! | rooms | `streams().create`, `getRoomInfo`, `searchRooms` | `streams().create_room`, `get_room_info`, `search_rooms` | likewise |
//! | presence | `presences()` | `presence()` | likewise |
//! | lists that come in pages | `listAll…`, of 100 in total unless told otherwise | `list_all_…` | [`Pod::lists`](crate::Pod::lists), without a limit |
//! | on behalf of a user | `obo(id)` | `obo(user_id=…)` | [`PodBuilder::app`](crate::PodBuilder::app), [`Pod::on_behalf_of`](crate::Pod::on_behalf_of) |
//! | an extension app | `appAuthenticator()` | `app_authenticator()` | `ExtensionApp` (feature `extension-apps`) |
//! | | `authenticateExtensionApp` | `authenticate_extension_app` | `ExtensionApp::authenticate`, which makes the app token |
//! | | `validateTokens`, `validateJwt` | `is_token_pair_valid`, `validate_jwt` | `ExtensionApp::check_pair`, `ExtensionApp::user` |
//! | a store of its tokens | `ExtensionAppTokensRepository` | `TokensRepository` | `TokenStore` |
//! | retries | `BdkRetryConfig` | `BdkRetryConfig` | [`Backoff`](crate::retry::Backoff), [`RetryPolicy`](crate::retry::RetryPolicy) |
//! | an answer that is an error | `ApiRuntimeException` | `ApiException` | [`Error`](crate::Error), [`ErrorKind`](crate::ErrorKind) |
//! | a login that failed | `AuthUnauthorizedException`, `AuthInitializationException` | `AuthUnauthorizedError`, `AuthInitializationError` | [`LoginError`](crate::session::LoginError), in an [`Error`](crate::Error) of the kind `Login` |
//! | a bad configuration | `BdkConfigException`, `BotNotConfiguredException` | `BdkConfigError`, `BotNotConfiguredError` | `ConfigError` |
//! | a pod for tests | | | `FakePod` (feature `fake-pod`) |
//!
//! # What is different
//!
//! - **A call that changes something is not sent twice**, unless the pod certainly did nothing the first time. The kits send
//!   it again after a time-out and after any status in the 500s. Here the error says
//!   [`outcome_unknown`](crate::Error::outcome_unknown), and [intents](crate::connections::intent) settle it.
//! - **A session is renewed once**, however many calls meet its expiry, and a failed login is not repeated at once.
//! - **Logins of applications with a certificate are not here**, neither on behalf of users nor for extension apps: the vendor
//!   has deprecated them. Bots log in with a certificate as before.
//! - **Stores of certificates are PEM.** PKCS#12 and the key stores of Java are told with the command that converts them.
//! - **A user's signed token is checked for issuer, audience and algorithm** as well, and a pair of tokens is good once.
//! - **Proxies of the environment count** if no other is set, as in Python and not as in Java.
//! - The key manager is not called unless the tokens for the agent are asked for.
