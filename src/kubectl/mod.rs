//! kubectl: what it does before it asks the API server, and what it prints.

pub mod manifest;
