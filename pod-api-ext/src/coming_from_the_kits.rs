//! Coming from the official kits, the BDK for Java and the BDK for Python.
//!
//! This crate calls the Pod API: users, rooms, connections, presence, and administration. Messages, signals and the
//! datafeed belong to the agent, which it does not call. Programs that need both get the [tokens for the
//! agent](crate::Pod::agent_tokens) here.
//!
//! # The same configuration
//!
//! With the feature `config`, `PodBuilder::from_config("config.yaml")` reads the configuration file of the kits. The
//! documentation of `config` lists the meaning of each key, and the differences between the two kits.
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
//! # Names
//!
//! | | Java | Python | here |
//! |---|---|---|---|
//! | the entry | `new SymphonyBdk(config)`, which logs in | `SymphonyBdk(config)` | [`PodBuilder::build`](crate::PodBuilder::build); the first call logs in |
//! | a bot with a key | `bot.privateKey` | `bot.privateKey` | [`RsaSession`](crate::session::RsaSession) |
//! | a bot with a certificate | `bot.certificate`, PKCS#12 | `bot.certificate`, PEM | [`PodBuilder::certificate`](crate::PodBuilder::certificate), PEM |
//! | the user of the bot | `botInfo()` | `sessions().get_session()` | [`Pod::session_info`](crate::Pod::session_info) |
//! | tokens for the agent | `botSession().getSessionToken()`, `getKeyManagerToken()` | `bot_session().session_token`, `key_manager_token` | [`Pod::agent_tokens`](crate::Pod::agent_tokens) |
//! | renewing them | `botSession().refresh()` | `bot_session().refresh()` | [`Pod::renew_agent_tokens`](crate::Pod::renew_agent_tokens); calls of the Pod API do it themselves |
//! | connections | `connections()` | `connections()` | [`Pod::connections`](crate::Pod::connections) |
//! | | `getConnection`, `listConnections` | `get_connection`, `list_connections` | [`get`](crate::connections::Connections::get), [`list`](crate::connections::Connections::list) |
//! | | `createConnection`, `acceptConnection`, `rejectConnection`, `removeConnection` | the same in snake case | [`create`](crate::connections::Connections::create), [`accept`](crate::connections::Connections::accept), [`reject`](crate::connections::Connections::reject), [`remove`](crate::connections::Connections::remove) |
//! | users | `users().listUsersByIds`, `searchUsers`, `listUsersDetail`, `suspendUser` | `users().list_users_by_ids`, `search_users`, `list_user_details`, `suspend` | [`Pod::send`](crate::Pod::send) with the [operation](crate::pod_api::Client) of that path |
//! | rooms | `streams().create`, `getRoomInfo`, `searchRooms` | `streams().create_room`, `get_room_info`, `search_rooms` | likewise |
//! | presence | `presences()` | `presence()` | likewise |
//! | pagination | `listAll…`, of 100 in total unless told otherwise | `list_all_…` | [`Pod::lists`](crate::Pod::lists), without a limit |
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
//! # Differences
//!
//! - **A call that changes something is not sent twice**, unless the pod certainly did nothing the first time. The kits
//!   retry it after a timeout and after any status in the 500s. Here the error has
//!   [`outcome_unknown`](crate::Error::outcome_unknown), and [intents](crate::connections::intent) settle the outcome.
//! - **A session is renewed once** for all calls that notice its expiry, and a failed login is not repeated at once.
//! - **There are no logins of applications with a certificate**, neither on behalf of users nor for extension apps: the
//!   vendor has deprecated them. Bots can log in with a certificate.
//! - **Certificates and keys are PEM.** The error for PKCS#12 and the key stores of Java names the command that
//!   converts them.
//! - **A user's signed token is also checked for issuer, audience and algorithm**, and a pair of tokens is valid once.
//! - **Proxies of the environment are used** if no other is set, as in Python and unlike in Java.
//! - The key manager is called only for the tokens of the agent.
//!
//! Previous: [the crate](crate).
#![cfg_attr(feature = "config", doc = "Next: [`config`](crate::config).")]
