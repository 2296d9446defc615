//! Reads the lexicon's text.

use std::collections::HashMap;

use super::index::Index;
use super::inflect::{with_ed, with_ing, with_s};
use super::{Adjective, AdjectiveKind, Frame, Gender, Lexicon, Noun, NounId, Polarity, Verb};

/// What is wrong with a lexicon, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}: `{text}`")]
pub(super) struct LexiconError {
    /// From 1.
    line: usize,
    /// What is wrong.
    message: &'static str,
    /// The text that is wrong.
    text: String,
}

/// The words of a line: groups of opposites, each side a group of synonyms.
type Groups = Vec<Vec<Vec<&'static str>>>;

pub(super) fn parse(text: &'static str) -> Result<Lexicon, LexiconError> {
    let mut lexicon = Lexicon {
        nouns: Vec::new(),
        verbs: Vec::new(),
        adjectives: Vec::new(),
        names: Vec::new(),
        lists: HashMap::new(),
        words: Vec::new(),
        noun_of_word: HashMap::new(),
        members: HashMap::new(),
        index: Index::default(),
    };
    for (number, line) in (1..).zip(text.lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let fail = |message| LexiconError { line: number, message, text: line.to_owned() };
        let (head, words) = line.split_once(':').ok_or_else(|| fail("no colon"))?;
        let head: Vec<&str> = head.split_whitespace().collect();
        match head.as_slice() {
            ["noun", parent @ ..] => add_nouns(&mut lexicon, parent.first().copied().unwrap_or(""), words),
            ["verb", frame, subject, object] => {
                let frame = frame_of(frame).ok_or_else(|| fail("unknown frame"))?;
                add_verbs(&mut lexicon, frame, subject, object, words);
            }
            ["opposite", "verb"] => add_opposites(&mut lexicon, words),
            ["adjective", kind, polarity, of] => {
                let kind = kind_of(kind).ok_or_else(|| fail("unknown kind of adjective"))?;
                add_adjectives(&mut lexicon, kind, *polarity == "+", of, words);
            }
            ["name", gender] => {
                let gender = if *gender == "feminine" { Gender::Feminine } else { Gender::Masculine };
                lexicon.names.extend(words.split_whitespace().map(|name| (name, gender)));
            }
            _ => {
                let name: &'static str = head.join(" ").leak();
                lexicon.lists.entry(name).or_default().extend(words.split_whitespace());
            }
        }
    }
    let lists = text.lines().filter_map(|line| line.split_once(':')).map(|(head, _)| head);
    let mut seen = std::collections::HashSet::new();
    let listed: Vec<&str> = lists.flat_map(|head| lexicon.list(head)).copied().collect();
    let forms = lexicon.nouns.iter().flat_map(|n| [n.singular, n.plural]);
    let forms = forms
        .chain(lexicon.verbs.iter().flat_map(|v| [v.base, v.third, v.past, v.participle, v.progressive]));
    let forms =
        forms.chain(lexicon.adjectives.iter().map(|a| a.word)).chain(lexicon.names.iter().map(|n| n.0));
    lexicon.words = listed.into_iter().chain(forms).filter(|word| seen.insert(*word)).collect();
    Ok(lexicon.indexed())
}

fn groups(words: &'static str) -> Groups {
    let sides = |group: &'static str| group.split('|').map(|side| side.split('=').collect()).collect();
    words.split_whitespace().map(sides).collect()
}

fn classes(text: &'static str) -> Vec<&'static str> {
    text.split('|').filter(|class| *class != "-").collect()
}

fn frame_of(name: &str) -> Option<Frame> {
    Some(match name {
        "intransitive" => Frame::Intransitive,
        "dwell" => Frame::Dwell,
        "motion" => Frame::Motion,
        "transitive" => Frame::Transitive,
        "give" => Frame::Give,
        "say" => Frame::Say,
        "tell" => Frame::Tell,
        "want" => Frame::Want,
        _ => return None,
    })
}

fn kind_of(name: &str) -> Option<AdjectiveKind> {
    Some(match name {
        "colour" => AdjectiveKind::Colour,
        "size" => AdjectiveKind::Size,
        "age" => AdjectiveKind::Age,
        "state" => AdjectiveKind::State,
        "quality" => AdjectiveKind::Quality,
        "mood" => AdjectiveKind::Mood,
        "need" => AdjectiveKind::Need,
        _ => return None,
    })
}

fn add_nouns(lexicon: &mut Lexicon, parent: &'static str, words: &'static str) {
    for group in groups(words) {
        let synonyms: Vec<&'static str> = group.into_iter().flatten().collect();
        let sense = synonyms.first().map_or("", |word| word.split('/').next().unwrap_or(word));
        for word in synonyms {
            let (singular, plural) = word.split_once('/').unwrap_or((word, ""));
            let plural = if plural.is_empty() { with_s(singular).leak() } else { plural };
            if let Ok(id) = u16::try_from(lexicon.nouns.len()) {
                lexicon.noun_of_word.insert(singular, NounId(id));
            }
            lexicon.nouns.push(Noun { singular, plural, sense, parent });
        }
    }
}

/// Forms of `base/past/participle`; a star anywhere doubles the last letter of the base.
fn forms(entry: &'static str) -> [&'static str; 5] {
    let doubles = entry.contains('*');
    let parts: Vec<&'static str> = entry.split('/').map(|part| part.trim_end_matches('*')).collect();
    let base = parts.first().copied().unwrap_or(entry);
    let past = parts.get(1).copied().unwrap_or_else(|| with_ed(base, doubles).leak());
    let participle = parts.get(2).copied().unwrap_or(past);
    [base, with_s(base).leak(), past, participle, with_ing(base, doubles).leak()]
}

fn add_verbs(
    lexicon: &mut Lexicon,
    frame: Frame,
    subject: &'static str,
    object: &'static str,
    words: &'static str,
) {
    for group in groups(words) {
        let synonyms: Vec<_> = group.into_iter().flatten().map(forms).collect();
        let sense = synonyms.first().map_or("", |forms| forms[0]);
        lexicon.verbs.extend(synonyms.into_iter().map(|[base, third, past, participle, progressive]| Verb {
            base,
            third,
            past,
            participle,
            progressive,
            frame,
            subject: classes(subject),
            object: classes(object),
            sense,
            opposite: None,
        }));
    }
}

fn add_opposites(lexicon: &mut Lexicon, words: &'static str) {
    let pair: Vec<&'static str> = words.split_whitespace().collect();
    if let [one, other] = pair.as_slice() {
        for verb in &mut lexicon.verbs {
            if verb.sense == *one {
                verb.opposite = Some(other);
            } else if verb.sense == *other {
                verb.opposite = Some(one);
            }
        }
    }
}

fn add_adjectives(
    lexicon: &mut Lexicon,
    kind: AdjectiveKind,
    judges: bool,
    of: &'static str,
    words: &'static str,
) {
    for sides in groups(words) {
        let senses: Vec<&'static str> = sides.iter().filter_map(|side| side.first().copied()).collect();
        for (place, side) in sides.into_iter().enumerate() {
            let polarity = match (judges, place) {
                (false, _) => Polarity::Neutral,
                (true, 0) => Polarity::Positive,
                (true, _) => Polarity::Negative,
            };
            let opposite = senses.get(1 - place.min(1)).copied().filter(|_| senses.len() == 2);
            lexicon.adjectives.extend(side.into_iter().map(|word| Adjective {
                word,
                kind,
                polarity,
                of: classes(of),
                sense: senses[place],
                opposite,
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let error = parse("noun : thing\nverb walk person -: go\n").unwrap_err();
        assert_eq!((error.line, error.message), (2, "unknown frame"));
        assert_eq!(parse("noun thing dog\n").unwrap_err().message, "no colon");
    }

    #[test]
    fn forms_are_read_or_made() {
        assert_eq!(forms("take/took/taken"), ["take", "takes", "took", "taken", "taking"]);
        assert_eq!(forms("sip*"), ["sip", "sips", "sipped", "sipped", "sipping"]);
        assert_eq!(forms("run*/ran/run"), ["run", "runs", "ran", "run", "running"]);
        assert_eq!(forms("go/went/gone"), ["go", "goes", "went", "gone", "going"]);
    }

    #[test]
    fn synonyms_share_a_sense_and_opposites_know_each_other() {
        let lexicon = parse("noun : thing\nadjective size - thing: small=little|big\nverb say thing -: like hate\nopposite verb: like hate\n").unwrap();
        let little = &lexicon.adjectives[1];
        assert_eq!((little.word, little.sense, little.opposite), ("little", "small", Some("big")));
        assert_eq!(lexicon.verbs[1].opposite, Some("like"));
    }
}
