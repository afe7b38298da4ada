//! The page as a whole: its state, and where the panes stand.

use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::document;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use crate::lab::examples;
use crate::object::SmolStr;
use crate::ui::dock::DockPane;
use crate::ui::editor::{EditorPane, Files};
use crate::ui::same::Same;
use crate::ui::session::{Driver, Hands, Session, Speed};
use crate::ui::stage::StagePane;
use crate::ui::storage::{self, use_saved};
use crate::ui::words::Words;

use super::announcer::Announcer;
use super::header::Header;
use super::layout::{Layout, LayoutAction, Pane};
use super::notice_line::NoticeLine;
use super::pane_switch::PaneSwitch;
use super::settings::Settings;
use super::surroundings::{browser_lang, is_dark, use_document};
use super::transport::Transport;

fn stored<T>(name: &str, read: fn(&str) -> T) -> T {
    read(&storage::read(name).unwrap_or_default())
}

fn first_files() -> Files {
    let saved = storage::read("files").and_then(|saved| Files::restore(&saved));
    saved.unwrap_or_else(|| Files::with(examples::first().file, examples::first().text))
}

/// The page.
#[component]
pub fn App() -> Html {
    let settings = use_reducer(|| stored("settings", Settings::restore));
    let layout = use_reducer(|| stored("layout", Layout::restore));
    let files = use_reducer(first_files);
    let session = use_reducer(Session::default);
    let hands = use_driver(&session);
    let lang = settings.lang.unwrap_or_else(browser_lang);

    use_document(settings.theme, lang);
    use_saved("settings", *settings, |settings| settings.save());
    use_saved("layout", *layout, |layout| layout.save());
    use_saved("files", (*files).clone(), Files::save);
    use_saved("selected", session.selected.clone(), |name| name.as_ref().map(SmolStr::to_string).unwrap_or_default());
    use_saved("speed", session.speed, |speed| speed.label());

    let apply = {
        let (hands, file) = (hands.clone(), files.active().clone());
        Callback::from(move |()| hands.apply(&file))
    };
    use_apply_key(&apply);
    let on_view = {
        let layout = layout.dispatcher();
        use_callback((), move |view, ()| layout.dispatch(LayoutAction::View(view)))
    };
    let pane = match layout.pane {
        Pane::Cluster => "pane-cluster",
        Pane::Yaml => "pane-yaml",
        Pane::Dock => "pane-dock",
    };
    let stage = Same::from(&session.stage);
    html! {
        <ContextProvider<Words> context={Words::of(lang)}>
        <ContextProvider<Hands> context={hands}>
            <div class={classes!("page", pane)} style={format!("--dock:{}px", layout.dock_height)}>
                <Header {lang} settings={settings.clone()} />
                <main>
                    <StagePane stage={stage.clone()} selected={session.selected.clone()} view={layout.view} {on_view} file={AttrValue::from(Rc::clone(&files.active().name))} on_apply={apply.clone()} />
                    <NoticeLine notice={session.notice.clone()} files={files.dispatcher()} />
                    <DockPane {stage} selected={session.selected.clone()} events={session.events.clone()} tab={layout.dock_tab}
                        height={layout.dock_height} layout={layout.dispatcher()}>
                        <Transport playing={session.playing} speed={session.speed} />
                    </DockPane>
                    <EditorPane files={files.clone()} refused={session.refused.clone()} dark={is_dark(settings.theme)} on_apply={apply} />
                </main>
                <PaneSwitch pane={layout.pane} tab={layout.dock_tab} layout={layout.dispatcher()} />
                <Announcer news={session.news.clone()} />
            </div>
        </ContextProvider<Hands>>
        </ContextProvider<Words>>
    }
}

/// Makes the driver once, starts its clock, and tells it when a picture was drawn.
#[hook]
fn use_driver(session: &UseReducerHandle<Session>) -> Hands {
    let driver = {
        let publish = session.dispatcher();
        use_memo((), move |()| Hands(Driver::new(publish)))
    };
    {
        let driver = driver.clone();
        use_effect_with((), move |()| {
            driver.publish_all();
            driver.set_speed(storage::read("speed").and_then(|label| Speed::parse(&label)).unwrap_or_default());
            driver.select(storage::read("selected").filter(|name| !name.is_empty()).map(Into::into));
            Rc::clone(&driver.0).play();
            let leaving = {
                let driver = driver.clone();
                EventListener::new(&document(), "visibilitychange", move |_| driver.save(0.0))
            };
            move || {
                driver.halt();
                drop(leaving);
            }
        });
    }
    {
        let driver = driver.clone();
        use_effect_with(Same::from(&session.stage), move |_| driver.picture_drawn());
    }
    (*driver).clone()
}

/// Ctrl+Enter or Cmd+Enter applies the file in front, wherever the focus is.
#[hook]
fn use_apply_key(apply: &Callback<()>) {
    use_effect_with(apply.clone(), |apply| {
        let apply = apply.clone();
        let listener = EventListener::new(&document(), "keydown", move |event| {
            let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() else { return };
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.default_prevented() {
                apply.emit(());
            }
        });
        move || drop(listener)
    });
}
