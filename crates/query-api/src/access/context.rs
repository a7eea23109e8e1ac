//! The one way to a project.

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use chrono_tz::Tz;
use protocol::access::{Project, Role, Scope};
use protocol::id::ProjectId;
use protocol::shared_link::SharedPage;
use uuid::Uuid;

use super::credentials::Visitor;
use super::{Access, SignedIn};
use crate::{ApiError, QueryState};

/// A project that the caller may read, and who the caller is. Only [`Access`] makes one.
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
        /// It may also change what an editor may change.
        may_write: bool,
    },
    /// Somebody with a link that shows one page. They have no role: what needs one is refused.
    Link {
        /// The link's id.
        id: Uuid,
        /// The page.
        page: SharedPage,
    },
    /// A command on a machine that holds the database's address: it may do everything.
    Operator,
}

impl std::fmt::Display for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account { id, .. } => write!(f, "account {id}"),
            Self::Key { id, .. } => write!(f, "key {id}"),
            Self::Link { id, .. } => write!(f, "link {id}"),
            Self::Operator => f.write_str("command line"),
        }
    }
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

    /// Refuses a caller whose role is weaker. A key reads, and with the scope `write` it does what an editor does.
    ///
    /// # Errors
    /// [`ApiError::RoleTooLow`], and [`ApiError::ScopeMissing`] for a key that another scope would let through.
    pub fn require(&self, needed: Role) -> Result<(), ApiError> {
        match self.caller {
            Caller::Operator => Ok(()),
            Caller::Account { role, .. } if role >= needed => Ok(()),
            Caller::Key { may_write, .. } if needed == Role::Viewer || needed == Role::Editor && may_write => Ok(()),
            Caller::Key { may_write: false, .. } if needed == Role::Editor => Err(ApiError::ScopeMissing(Scope::Write)),
            _ => Err(ApiError::RoleTooLow(needed)),
        }
    }

    /// Refuses a link that shows another page than this one.
    ///
    /// # Errors
    /// [`ApiError::RoleTooLow`].
    pub(crate) fn require_page(&self, asked: SharedPage) -> Result<(), ApiError> {
        match self.caller {
            Caller::Link { page, .. } if page != asked => Err(ApiError::RoleTooLow(Role::Viewer)),
            _ => Ok(()),
        }
    }

    pub(crate) fn id(&self) -> ProjectId {
        self.project.id
    }
}

/// A context of this caller, who was checked before.
pub(super) fn of(project: Project, caller: Caller) -> Result<ProjectContext, ApiError> {
    let zone = project.zone.parse();
    let zone = zone.map_err(|_| ApiError::Fault(format!("project {} has the unknown zone `{}`", project.id, project.zone)))?;
    Ok(ProjectContext { project, zone, caller })
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
        of(project, caller)
    }

    /// The project that an operator names at a command line: whoever knows the database's address may do everything, so
    /// nobody is asked who they are. Not for requests.
    ///
    /// # Errors
    /// [`ApiError::UnknownProject`] when there is no such project.
    pub async fn operator_context(&self, name: &str) -> Result<ProjectContext, ApiError> {
        of(self.find_project(name).await?.ok_or(ApiError::UnknownProject)?, Caller::Operator)
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
            Visitor::Program(grant) => {
                (grant.project_id == project).then(|| Caller::Key { id: grant.key_id, may_write: grant.allows(Scope::Write) })
            }
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
