//! Every word that the page says, in every language.
//!
//! [`Strings`] has one field for each text; each language is one `static`, so a missing text does not compile. What
//! Kubernetes itself says (API messages, kubectl's output, field names) is English in every language, as it is there.

mod en;
mod strings;
mod terms;
mod zh;

#[cfg(test)]
mod tests;

pub use strings::{
    DockWords, EditorWords, FormWords, LegendWords, NewsWords, NodeWords, NoticeWords, PodWords, PresetWords, ShellWords,
    StageWords, Strings, TerminalWords, TransportWords, Why,
};
pub use terms::{Column, bytes, clock, columns, cores, duration, label, short_key, taint};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// What stands in `<html lang>`, and in the memory of the page.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// The language's own name, by which a reader who reads only that language finds it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "中文",
        }
    }

    /// The first of a browser's languages (`zh-TW`, `en-GB`, `de`) that the page speaks; English when there is none.
    pub fn best_of<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Self {
        let spoken = |tag: &str| {
            let primary = tag.split(['-', '_']).next().unwrap_or_default();
            Self::ALL.into_iter().find(|lang| lang.tag().split('-').next().is_some_and(|own| own.eq_ignore_ascii_case(primary)))
        };
        wanted.into_iter().find_map(spoken).unwrap_or_default()
    }

    /// The other language, for a switch between two.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::En => Self::Zh,
            Self::Zh => Self::En,
        }
    }

    /// The words of this language.
    pub fn strings(self) -> &'static Strings {
        match self {
            Self::En => &en::EN,
            Self::Zh => &zh::ZH,
        }
    }
}
