//! Every "no" over HTTP: who asks for what, and the documented status and code of the answer.

mod agents;
mod calls;
mod documentation;
mod limits;
mod links;
mod names;
mod origins;
mod table;
mod tickets;
mod tokens;
mod uploads;
