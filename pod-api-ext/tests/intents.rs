//! Intents: what they come to, and that random trouble makes them neither lie nor do harm.

mod cases;
mod schedules;
mod sockets;
