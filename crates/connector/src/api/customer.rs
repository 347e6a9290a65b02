//! What customers may do with the link they were sent. Nothing here changes state on GET.

pub mod finish;
pub mod give_consent;
pub mod redeem_link;
pub mod renew_session;
pub mod show_request;
pub mod upload_page;
pub mod views;
