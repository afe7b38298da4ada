//! Theme and language, as the learner chose them.

use crate::i18n::Lang;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is set.
    #[default]
    System,
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

impl Theme {
    /// What is remembered, and stands in `<html data-theme>`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == text)
    }

    /// The one that the switch goes to.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

/// What the learner chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// The language; `None` while it is the browser's.
    pub lang: Option<Lang>,
}

impl Settings {
    /// Reads what [`Settings::save`] wrote; what is not that is left as it is at first.
    pub fn restore(saved: &str) -> Self {
        let mut words = saved.split(' ');
        let theme = words.next().and_then(Theme::parse).unwrap_or_default();
        let tag = words.next().unwrap_or_default();
        Self { theme, lang: Lang::ALL.into_iter().find(|lang| lang.tag() == tag) }
    }

    /// As text, to be remembered.
    pub fn save(self) -> String {
        [self.theme.as_str(), self.lang.map_or("browser", Lang::tag)].join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_being_remembered() {
        for theme in [Theme::System, Theme::Light, Theme::Dark] {
            for lang in [None, Some(Lang::En), Some(Lang::Zh)] {
                let settings = Settings { theme, lang };
                assert_eq!(Settings::restore(&settings.save()), settings);
            }
        }
        assert_eq!(Settings::restore("nonsense"), Settings::default());
    }

    #[test]
    fn the_switch_goes_through_all_themes() {
        let seen = [Theme::System, Theme::System.next(), Theme::System.next().next()];
        assert_eq!(seen, [Theme::System, Theme::Light, Theme::Dark]);
        assert_eq!(seen[2].next(), Theme::System);
    }
}
