//! DaemonSet Lab: the whole life of a Kubernetes DaemonSet on a virtual cluster, in the browser.
//!
//! # Bird's-eye view
//! A [`cluster::Cluster`] is a function of a seed and of its recorded inputs. It owns the machinery of a discrete simulation
//! ([`runtime`]: store, watch, clock, queue, randomness, events) and the components that work on it as they do in Kubernetes:
//! the API server decides what may be stored, controllers, scheduler and kubelets watch the store and write to it, and every
//! write, watch and step takes a plausible time. A [`lab::Lab`] is such a cluster in a learner's hands: presets, actions, and
//! pictures ([`lab::Stage`]) that the page draws.
//!
//! # Where to start reading
//! [`controllers::daemonset`] is what all is about: [`controllers::daemonset::placement`] decides about one node,
//! `manage`, `rolling_update` and `status` are pure functions over a snapshot, and its controller turns their plans into API
//! calls. [`cluster`] shows how the components are put together.
//!
//! # The rooms
//! Layers go one way: a module uses only those above it in this list.
//!
//! | room | holds |
//! | --- | --- |
//! | [`persistent`] | lists and maps whose copies share what is the same |
//! | [`object`] | objects as trees with positions; the schema; YAML in and out; quantities; selectors; typed views |
//! | [`apiserver`] | decoding, defaults, validation, admission; the store and its changes |
//! | [`runtime`] | clock, event queue, randomness, watch, event recorder: what components may use |
//! | [`controllers`] | the DaemonSet controller; Deployments, ReplicaSets, disruption budgets and volumes beside it; node lifecycle, taint eviction, the garbage collectors, revision hashes |
//! | [`scheduler`], [`kubelet`] | where pods go, and how they live there |
//! | [`cluster`] | one owner of everything; inputs; replaying |
//! | [`kubectl`] | the command line: its grammar, its commands, what it prints |
//! | [`shell`] | a small shell around it: quotes, pipes, programs such as grep |
//! | [`lab`] | presets, actions, pictures, problems of a text, saving; the terminal; the desk at which a page gets all that |
//! | [`conformance`] | recorded cases of the real Kubernetes, answered by the same engine |
//! | `transcript` | recorded console sessions, run again (not in the browser) |
//! | [`i18n`] | every visible string, in every language |
//! | `engine` | the lab behind a message port, in a worker of the browser (feature `web`) |
//! | `ui` | the page: one Yew component, and views that are functions of what it knows (feature `web`) |
//!
//! In the browser there are two programs: the page (`src/main.rs`), which draws, and the engine (`src/bin/engine.rs`), which
//! has the lab. They share the types of [`lab::desk`], and nothing else; so the page is small and never waits.
//!
//! # Invariants
//! - The engine (everything but `engine` and `ui`) never asks for the time, for randomness or for the network; it has one clock and one seed.
//! - Nothing in it depends on the order of a hash map: there is none.
//! - Stored objects are whole trees; typed views are read from them and never written back.
//! - A decision is made in one place and says which check decided, so that explanations need no second implementation.
//! - Input from outside is refused whole or done whole, and never panics.
//! - `ui` decides nothing about Kubernetes, and runs nothing of it: what it shows was reported to it.
pub mod apiserver;
pub mod cluster;
pub mod conformance;
pub mod controllers;
#[cfg(feature = "web")]
pub mod engine;
pub mod i18n;
pub mod kubectl;
pub mod kubelet;
pub mod lab;
pub mod object;
pub mod persistent;
pub mod runtime;
pub mod scheduler;
pub mod shell;
#[cfg(not(target_arch = "wasm32"))]
pub mod transcript;
#[cfg(feature = "web")]
pub mod ui;
