//! Sentences in English and Japanese.

use std::fmt::Arguments;

use serde::{Deserialize, Serialize};

/// A language that vpcheck speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

impl Language {
    /// The language of a tag such as `ja`, `ja_JP.UTF-8` or `en-GB`; nothing for languages that we do not speak.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_', '.']).next()?.to_ascii_lowercase().as_str() {
            "en" | "c" | "posix" => Some(Self::English),
            "ja" => Some(Self::Japanese),
            _ => None,
        }
    }

    /// The tag: `en` or `ja`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }
}

/// One sentence in every language. Made by [`phrase!`](crate::phrase), which does not compile with a language missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Phrase {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

impl Phrase {
    /// The sentence in `language`.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Japanese => &self.ja,
        }
    }

    /// What [`phrase!`](crate::phrase) makes. One function, in place of what `format!` would leave at every sentence:
    /// there are hundreds, and the page ships them all.
    #[doc(hidden)]
    #[inline(never)]
    pub fn written(en: Arguments<'_>, ja: Arguments<'_>) -> Self {
        Self { en: en.to_string(), ja: ja.to_string() }
    }

    /// The same text in every language: names, code, quotations.
    pub fn verbatim(text: impl Into<String>) -> Self {
        let en = text.into();
        Self { ja: en.clone(), en }
    }
}

/// A [`Phrase`] from one format string a language; both may use the same named values.
///
/// ```
/// use vpcheck_core::phrase;
/// let name = "Vpc";
/// let sentence = phrase!(en: "`{name}` names nothing", ja: "`{name}` は存在しません");
/// assert_eq!(sentence.ja, "`Vpc` は存在しません");
/// ```
#[macro_export]
macro_rules! phrase {
    (en: $en:literal, ja: $ja:literal $(,)?) => {
        $crate::language::Phrase::written(::std::format_args!($en), ::std::format_args!($ja))
    };
}
