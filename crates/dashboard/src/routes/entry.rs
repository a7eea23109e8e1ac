//! The way in and out: home, sign-in, one-time links, sign-out.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use query_api::access::{LoginOutcome, NewSession, SetupOutcome, same_site_path};
use query_api::{ApiError, QueryState};
use serde::Deserialize;

use super::{Asked, Failure};
use crate::pages::{components, failure, login, setup};

type Shown = Result<Response, Failure>;

/// The first project's Live page, or the way in.
pub(super) async fn home(State(state): State<QueryState>, asked: Asked) -> Shown {
    let projects = state.access().visible_projects(&asked.headers).await.map_err(|error| Failure::of(error, &state, &asked))?;
    Ok(match projects.first() {
        Some(project) => Redirect::to(&format!("/p/{}/live", project.slug)).into_response(),
        None => failure::no_project().into_response(),
    })
}

pub(super) async fn login_form(asked: Asked) -> Response {
    login::page("", same_site_path(asked.word("next")), None).into_response()
}

/// Every component, for whoever is signed in: it shows nothing of anybody.
pub(super) async fn components(State(state): State<QueryState>, asked: Asked) -> Shown {
    let who = state.access().signed_in(&asked.headers).await.and_then(|who| who.ok_or(ApiError::SignInNeeded));
    who.map(|_| components::page().into_response()).map_err(|error| Failure::of(error, &state, &asked))
}

#[derive(Deserialize)]
pub(super) struct Login {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn login(State(state): State<QueryState>, asked: Asked, Form(form): Form<Login>) -> Shown {
    let next = same_site_path(&form.next);
    let outcome = state.access().sign_in(&form.email, &form.password, asked.peer, &asked.headers).await;
    Ok(match outcome.map_err(|error| Failure::of(error, &state, &asked))? {
        LoginOutcome::SignedIn(session) => go(session, next),
        LoginOutcome::Wrong => {
            let wrong = "No account has this e-mail address and password.";
            login::page(&form.email, next, Some(wrong)).with_status(StatusCode::UNAUTHORIZED).into_response()
        }
        LoginOutcome::TooMany { retry_after_seconds } => {
            let wait = format!("Too many tries. Wait {retry_after_seconds} seconds, then try again.");
            let page = login::page(&form.email, next, Some(&wait)).with_status(StatusCode::TOO_MANY_REQUESTS);
            (AppendHeaders([(header::RETRY_AFTER, retry_after_seconds.to_string())]), page).into_response()
        }
    })
}

pub(super) async fn logout(State(state): State<QueryState>, asked: Asked) -> Shown {
    let cookie = state.access().sign_out(&asked.headers).await.map_err(|error| Failure::of(error, &state, &asked))?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to("/login")).into_response())
}

/// A one-time link that signs in. Somebody who is signed in already is just let through: they opened the link again.
pub(super) async fn enter(State(state): State<QueryState>, asked: Asked) -> Shown {
    let access = state.access();
    let entered = access.use_sign_in_link(asked.word("token"), &asked.headers).await.map_err(|error| Failure::of(error, &state, &asked))?;
    if let Some(session) = entered {
        return Ok(go(session, "/"));
    }
    match access.signed_in(&asked.headers).await.map_err(|error| Failure::of(error, &state, &asked))? {
        Some(_) => Ok(Redirect::to("/").into_response()),
        None => closed(&state, &asked).await,
    }
}

pub(super) async fn setup_form(State(state): State<QueryState>, asked: Asked) -> Shown {
    let token = asked.word("token");
    let open = state.access().owner_link_is_open(token).await.map_err(|error| Failure::of(error, &state, &asked))?;
    if open { Ok(setup::page(token, "", None).into_response()) } else { closed(&state, &asked).await }
}

#[derive(Deserialize)]
pub(super) struct Setup {
    token: String,
    email: String,
    password: String,
}

pub(super) async fn setup(State(state): State<QueryState>, asked: Asked, Form(form): Form<Setup>) -> Shown {
    let outcome = state.access().use_owner_link(&form.token, &form.email, &form.password, &asked.headers).await;
    let again = |why: &str| setup::page(&form.token, &form.email, Some(why)).with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response();
    Ok(match outcome.map_err(|error| Failure::of(error, &state, &asked))? {
        SetupOutcome::SignedIn(session) => go(session, "/"),
        SetupOutcome::LinkOver => closed(&state, &asked).await?,
        SetupOutcome::EmailInvalid => again("This is not an e-mail address."),
        SetupOutcome::EmailTaken => again("An account has this e-mail address already."),
        SetupOutcome::PasswordUnfit { chars_min } => {
            again(&format!("The password needs at least {chars_min} characters, and at most 1,000 bytes."))
        }
    })
}

async fn closed(state: &QueryState, asked: &Asked) -> Shown {
    let unowned = state.access().has_no_account().await.map_err(|error| Failure::of(error, state, asked))?;
    Ok(setup::closed(!unowned).with_status(StatusCode::GONE).into_response())
}

fn go(session: NewSession, path: &str) -> Response {
    let mut headers = HeaderMap::new();
    if let Ok(cookie) = session.set_cookie.parse() {
        headers.insert(header::SET_COOKIE, cookie);
    }
    (headers, Redirect::to(path)).into_response()
}
