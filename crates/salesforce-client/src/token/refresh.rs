//! A refresh token and its successor.
//!
//! With rotation, a token that is used twice ends its successor and every access token of it. So: one user at a time (the
//! lock is the home's, across processes), and the successor is durable before the access token is used at all. A process
//! that dies between the answer and the storing needs a person to log in again; nothing can be done about that from here.

use oauth2::{AuthType, ClientId, ClientSecret, RefreshToken, TokenUrl};
use zeroize::Zeroizing;

use super::Applicant;
use crate::{
    answer,
    error::{Obstacle, OrgError},
    oauth::{self, Builder, Granted},
    settings::{RefreshTokenHome, RefreshTokenHomeError},
};

/// A successor that the home did not take: offered again before the next use.
pub(crate) struct Unkept {
    replaces: Zeroizing<String>,
    token: Zeroizing<String>,
}

pub(super) async fn refresh(
    http: &reqwest::Client,
    applicant: &Applicant,
    secret: Option<&Zeroizing<String>>,
    home: &RefreshTokenHome,
) -> Result<Granted, OrgError> {
    let mut taken = (home.take)().await.map_err(|error| home_away(&error))?;
    // Taken out, so that it is offered once only if somebody else has since replaced the token it was to replace.
    let unkept = applicant.unkept.lock().expect("nothing panics while holding the unkept token").take();
    if let Some(unkept) = unkept
        && *unkept.replaces == *taken.token
    {
        keep(applicant, taken, unkept.token).await?;
        taken = (home.take)().await.map_err(|error| home_away(&error))?;
    }
    let mut builder = Builder::new(ClientId::new(applicant.client_id.clone()))
        .set_auth_type(AuthType::RequestBody)
        .set_token_uri(TokenUrl::from_url(applicant.endpoint.clone()));
    if let Some(secret) = secret {
        builder = builder.set_client_secret(ClientSecret::new(secret.to_string()));
    }
    let old = RefreshToken::new(taken.token.to_string());
    let send = |request| oauth::send(http.clone(), request);
    let answer = builder.exchange_refresh_token(&old).request_async(&send).await;
    let granted = Granted::from(answer.map_err(oauth::failure)?);
    match &granted.refresh_token {
        Some(successor) if *successor != taken.token => keep(applicant, taken, successor.clone()).await?,
        _ => {}
    }
    Ok(granted)
}

async fn keep(
    applicant: &Applicant,
    taken: crate::settings::TakenRefreshToken,
    token: Zeroizing<String>,
) -> Result<(), OrgError> {
    let replaces = taken.token;
    // Noted first, so that not even a caller who gives up here loses the only copy.
    let note = Unkept { replaces, token: token.clone() };
    *applicant.unkept.lock().expect("nothing panics while holding the unkept token") = Some(note);
    (taken.keep)(token).await.map_err(|error| home_away(&error))?;
    *applicant.unkept.lock().expect("nothing panics while holding the unkept token") = None;
    Ok(())
}

fn home_away(error: &RefreshTokenHomeError) -> OrgError {
    answer::later(Obstacle::HeldBack, &format!("the refresh token cannot be taken or kept: {error}"), None)
}
