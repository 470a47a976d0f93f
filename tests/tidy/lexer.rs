//! Rust text as tokens and comments: just enough of the grammar that a word inside a string or a
//! comment is never taken for code.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An identifier, a keyword or a number.
    Word,
    /// A string, byte string, raw string or character; its text is not kept.
    Literal,
    /// `'a`, with its quote.
    Lifetime,
    /// One character, or one of `::`, `->`, `=>`.
    Mark,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    /// Counted from 1.
    pub line: usize,
}

/// One comment, its text without the first slashes; `line` is where it begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comment {
    pub line: usize,
    pub text: String,
}

pub fn lex(text: &str) -> (Vec<Token>, Vec<Comment>) {
    let mut lexer = Lexer {
        text: text.chars().collect(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
        comments: Vec::new(),
    };
    while lexer.step() {}
    (lexer.tokens, lexer.comments)
}

struct Lexer {
    text: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
    comments: Vec<Comment>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.text.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn bump(&mut self) -> char {
        let char = self.peek(0);
        if char == '\n' {
            self.line += 1;
        }
        self.at += 1;
        char
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.tokens.push(Token { kind, text, line });
    }

    fn step(&mut self) -> bool {
        let line = self.line;
        match (self.peek(0), self.peek(1)) {
            _ if self.at >= self.text.len() => return false,
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            (':', ':') | ('-', '>') | ('=', '>') => {
                let pair = [self.bump(), self.bump()].iter().collect();
                self.push(Kind::Mark, pair, line);
            }
            (first, _) if first.is_alphanumeric() || first == '_' => self.word(),
            (first, _) => {
                self.bump();
                if !first.is_whitespace() {
                    self.push(Kind::Mark, first.to_string(), line);
                }
            }
        }
        true
    }

    fn line_comment(&mut self) {
        let (line, from) = (self.line, self.at + 2);
        while self.at < self.text.len() && self.peek(0) != '\n' {
            self.bump();
        }
        let text = self.text[from..self.at].iter().collect();
        self.comments.push(Comment { line, text });
    }

    fn block_comment(&mut self) {
        let (line, from) = (self.line, self.at + 2);
        let mut depth = 0;
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.bump();
                    continue;
                }
            }
            self.bump();
            self.bump();
            if depth == 0 {
                break;
            }
        }
        let to = self.at.saturating_sub(2).max(from).min(self.text.len());
        let text = self.text[from.min(to)..to].iter().collect();
        self.comments.push(Comment { line, text });
    }

    /// A word, or the prefix of a literal: `r"`, `br#"`, `b'`, `c"`.
    fn word(&mut self) {
        let (line, from) = (self.line, self.at);
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            self.bump();
        }
        let word: String = self.text[from..self.at].iter().collect();
        let hashes = (0..).take_while(|&n| self.peek(n) == '#').count();
        match word.as_str() {
            "r" | "br" | "cr" if self.peek(hashes) == '"' => self.raw_string(hashes),
            "b" | "c" if self.peek(0) == '"' => self.string(),
            "b" if self.peek(0) == '\'' => self.quote(),
            "r" if hashes == 1 => {
                self.bump();
                self.word();
            }
            _ => self.push(Kind::Word, word, line),
        }
    }

    fn string(&mut self) {
        let line = self.line;
        self.bump();
        while self.at < self.text.len() {
            match self.bump() {
                '\\' => {
                    self.bump();
                }
                '"' => break,
                _ => {}
            }
        }
        self.push(Kind::Literal, String::new(), line);
    }

    fn raw_string(&mut self, hashes: usize) {
        let line = self.line;
        (0..=hashes).for_each(|_| {
            self.bump();
        });
        while self.at < self.text.len() {
            if self.bump() == '"' && (0..hashes).all(|n| self.peek(n) == '#') {
                (0..hashes).for_each(|_| {
                    self.bump();
                });
                break;
            }
        }
        self.push(Kind::Literal, String::new(), line);
    }

    /// `'x'`, `'\n'` and `'\u{1f}'` are characters; `'a` before anything else is a lifetime.
    fn quote(&mut self) {
        let line = self.line;
        if self.peek(1) != '\\' && self.peek(2) != '\'' {
            let from = self.at;
            self.bump();
            while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
                self.bump();
            }
            let text = self.text[from..self.at].iter().collect();
            return self.push(Kind::Lifetime, text, line);
        }
        self.bump();
        if self.bump() == '\\' {
            self.bump();
        }
        while self.at < self.text.len() && self.bump() != '\'' {}
        self.push(Kind::Literal, String::new(), line);
    }
}
