//! The one way to a project.

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use chrono_tz::Tz;
use protocol::access::{Project, Role};
use protocol::id::ProjectId;

use super::credentials::Visitor;
use super::{Access, SignedIn};
use crate::{ApiError, QueryState};

/// A project that the caller may read, and who the caller is. Only [`Access::project_context`] makes one.
#[derive(Clone, Debug)]
pub struct ProjectContext {
    project: Project,
    zone: Tz,
    caller: Caller,
}

/// Who asks, and what they may do in the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A signed-in browser.
    Account {
        /// Whose account it is.
        id: i32,
        /// What it may do in the project.
        role: Role,
    },
    /// A program with a secret key; it may read.
    Key {
        /// The key's number.
        id: i32,
    },
}

impl ProjectContext {
    /// The project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The zone in which its days are cut.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Who asks.
    pub fn caller(&self) -> Caller {
        self.caller
    }

    /// Refuses a caller whose role is weaker; a key only reads, so it never has a role.
    ///
    /// # Errors
    /// [`ApiError::RoleTooLow`].
    pub fn require(&self, needed: Role) -> Result<(), ApiError> {
        match self.caller {
            Caller::Account { role, .. } if role >= needed => Ok(()),
            Caller::Key { .. } if needed == Role::Viewer => Ok(()),
            _ => Err(ApiError::RoleTooLow(needed)),
        }
    }

    pub(crate) fn id(&self) -> ProjectId {
        self.project.id
    }
}

impl Access {
    /// The project that a path names, by its number or its word, when whoever sent these headers may read it.
    ///
    /// # Errors
    /// [`ApiError::UnknownProject`] when there is no such project and when it is somebody else's; nobody learns which.
    pub async fn project_context(&self, headers: &HeaderMap, name: &str) -> Result<ProjectContext, ApiError> {
        let visitor = self.visitor(headers).await?;
        let project = self.find_project(name).await?.ok_or(ApiError::UnknownProject)?;
        let caller = self.caller(visitor, project.id).await?.ok_or(ApiError::UnknownProject)?;
        let zone =
            project.zone.parse().map_err(|_| ApiError::Fault(format!("project {} has the unknown zone `{}`", project.id, project.zone)))?;
        Ok(ProjectContext { project, zone, caller })
    }

    /// A name of digits is a number: a project's word begins with a letter.
    async fn find_project(&self, name: &str) -> Result<Option<Project>, ApiError> {
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            return match name.parse() {
                Ok(id) => Ok(storage::projects::find(self.db(), ProjectId(id)).await?),
                Err(_) => Ok(None),
            };
        }
        Ok(storage::projects::find_by_slug(self.db(), name).await?)
    }

    async fn caller(&self, visitor: Visitor, project: ProjectId) -> Result<Option<Caller>, ApiError> {
        Ok(match visitor {
            Visitor::Browser(SignedIn { account_id: id }) => {
                storage::project_roles::find(self.db(), project, id).await?.map(|role| Caller::Account { id, role })
            }
            Visitor::Program(grant) => (grant.project_id == project).then_some(Caller::Key { id: grant.key_id }),
        })
    }

    /// The projects that whoever sent these headers may read.
    ///
    /// # Errors
    /// As [`Access::project_context`], without a project to be unknown.
    pub async fn visible_projects(&self, headers: &HeaderMap) -> Result<Vec<Project>, ApiError> {
        Ok(match self.visitor(headers).await? {
            Visitor::Browser(who) => self.projects(who).await?.into_iter().map(|(project, _)| project).collect(),
            Visitor::Program(grant) => storage::projects::find(self.db(), grant.project_id).await?.into_iter().collect(),
        })
    }
}

/// From the path parameter `project`.
impl<S> FromRequestParts<S> for ProjectContext
where
    QueryState: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| ApiError::UnknownProject)?;
        let name = params.iter().find(|(key, _)| *key == "project").map(|(_, value)| value.to_owned());
        let name = name.ok_or_else(|| ApiError::Fault("a route without a project asks for one".to_owned()))?;
        QueryState::from_ref(state).access().project_context(&parts.headers, &name).await
    }
}
