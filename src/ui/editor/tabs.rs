//! The open files as tabs.

use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use crate::i18n::Strings;
use crate::ui::session::{Notice, use_hands};
use crate::ui::widgets::{Icon, Menu, MenuItem, Step, closest, move_focus};
use crate::ui::words::use_words;

use super::{File, Files, FilesAction};

/// The tabs.
#[derive(Properties, PartialEq)]
pub struct TabsProps {
    /// The open files.
    pub files: UseReducerHandle<Files>,
}

/// A tab for each file; double-click or F2 gives another name, Delete closes.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let renaming = use_state_eq(|| None::<u32>);
    let files = &props.files;
    let active = files.active().id;
    let close = |file: &File| {
        let (files, hands, id, name) = (files.dispatcher(), hands.clone(), file.id, AttrValue::from(file.name.to_string()));
        move || {
            files.dispatch(FilesAction::Close(id));
            hands.notify(Notice::ClosedFile(name.clone()));
        }
    };
    let tab = |file: &File| {
        if *renaming == Some(file.id) {
            return html! { <Rename key={file.id} file={file.clone()} files={files.dispatcher()} on_done={to(&renaming, None)} /> };
        }
        let (show, id) = (files.dispatcher(), file.id);
        let selected = file.id == active;
        let keys = {
            let (close, rename) = (close(file), to(&renaming, Some(file.id)));
            Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
                "F2" => rename.emit(()),
                "Delete" => close(),
                _ => {}
            })
        };
        let close = close(file);
        let rename = to(&renaming, Some(file.id));
        html! {
            <div key={file.id} class={classes!("file-tab", selected.then_some("on"))} role="presentation">
                <button type="button" role="tab" id={format!("file-{id}")} aria-selected={selected.to_string()} aria-controls="file-text"
                    tabindex={if selected { "0" } else { "-1" }} onkeydown={keys} onclick={move |_| show.dispatch(FilesAction::Show(id))}
                    ondblclick={move |_| rename.emit(())} title={hint(file, &words)}>
                    { &*file.name }
                    if file.is_changed() { <span class="changed" aria-label={words.editor.changed} role="img" /> }
                </button>
                if selected {
                    // For the pointer only; the menu beside the tabs closes files too.
                    <span class="tab-close" aria-hidden="true" title={(words.editor.close_file)(&file.name)} onclick={move |_| close()}>
                        <Icon name="close" />
                    </span>
                }
            </div>
        }
    };
    let front = files.active();
    use_in_view(front.id);
    let close_front = close(front);
    let rename_front = to(&renaming, Some(front.id));
    let items = vec![
        MenuItem::new(words.editor.rename, "pencil", move || rename_front.emit(())),
        MenuItem::new((words.editor.close_file)(&front.name), "close", close_front),
    ];
    html! {
        <>
            <div class="file-tabs" role="tablist" aria-label={words.editor.files} onkeydown={|event: KeyboardEvent| move_between_tabs(&event)}>
                { for files.all().iter().map(tab) }
            </div>
            <Menu label={(words.editor.file_menu)(&front.name)} class="icon-button" {items}><Icon name="more" /></Menu>
        </>
    }
}

/// Keeps the tab of the file in front in view.
#[hook]
fn use_in_view(front: u32) {
    use_effect_with(front, |front| {
        if let Some(tab) = gloo::utils::document().get_element_by_id(&format!("file-{front}")) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
            tab.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

fn to(renaming: &UseStateHandle<Option<u32>>, target: Option<u32>) -> Callback<()> {
    let renaming = renaming.clone();
    Callback::from(move |()| renaming.set(target))
}

fn hint(file: &File, words: &Strings) -> String {
    format!("{} (F2: {})", file.name, words.editor.rename)
}

fn move_between_tabs(event: &KeyboardEvent) {
    if let (Some(list), Some(step)) = (closest(event, "[role=tablist]"), Step::horizontal(&event.key()))
        && event.target_dyn_into::<HtmlInputElement>().is_none()
    {
        event.prevent_default();
        move_focus(&list, "[role=tab]", step);
    }
}

#[derive(Properties, PartialEq)]
struct RenameProps {
    file: File,
    files: UseReducerDispatcher<Files>,
    on_done: Callback<()>,
}

/// The field for another name: Enter or leaving it gives the name, Esc keeps the old one.
#[component]
fn Rename(props: &RenameProps) -> Html {
    let words = use_words();
    let input = use_node_ref();
    {
        let input = input.clone();
        use_effect_with((), move |()| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                // Without the focus the field is still there to be clicked.
                let _ = input.focus();
                input.select();
            }
        });
    }
    let finish = {
        let (files, id, on_done) = (props.files.clone(), props.file.id, props.on_done.clone());
        move |name: Option<String>| {
            if let Some(name) = name {
                files.dispatch(FilesAction::Rename(id, name.into()));
            }
            on_done.emit(());
        }
    };
    let onblur = {
        let (finish, input) = (finish.clone(), input.clone());
        move |_: FocusEvent| finish(input.cast::<HtmlInputElement>().map(|input| input.value()))
    };
    let onkeydown = {
        let input = input.clone();
        move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" => finish(input.cast::<HtmlInputElement>().map(|input| input.value())),
            "Escape" => finish(None),
            _ => {}
        }
    };
    html! {
        <input ref={input} class="file-rename" aria-label={words.editor.file_name} value={props.file.name.to_string()} spellcheck="false"
            {onblur} {onkeydown} />
    }
}
