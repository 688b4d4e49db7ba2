//! A program that uses every part of the bindings of `library.json` as they are meant to be used.

use bindings::{Client, Error, types};

pub async fn read(client: &Client, id: i64, limit: i32) -> Option<types::Book> {
    let call = client.read_book().id(id).limit(limit);
    let call = call.state(types::ReadBookState::In).words("some words");
    match call.send().await {
        Ok(answer) => Some(answer.into_inner()),
        Err(Error::ErrorResponse(answer)) => {
            let problem: types::Problem = answer.into_inner();
            let _: (Option<i32>, Option<String>) = (problem.code, problem.message);
            None
        }
        Err(_) => None,
    }
}

pub async fn add(client: &Client, title: &str) -> Result<types::Book, String> {
    let shelf = types::Shelf::Top;
    let same = shelf;
    let known = match shelf {
        types::Shelf::Top => "top",
        _ => "elsewhere",
    };
    let book = types::NewBook::builder().title(title).note(known.to_owned()).weight(3).shelf(same);
    let book = book.marks(vec!["new".to_owned()]);
    let made: types::NewBook = book.copies(2).try_into().map_err(|_| "a book without a title")?;
    let _: (Option<i32>, Option<i64>, &Vec<String>) = (made.weight, made.copies, &made.marks);
    let answer = client.add_book().body(made).send().await.map_err(|error| error.to_string())?;
    Ok(answer.into_inner())
}

pub async fn note(client: &Client, text: String) -> Result<types::Book, String> {
    let call = client.note_book().id(7_i64).body(text);
    Ok(call.send().await.map_err(|error| error.to_string())?.into_inner())
}

pub async fn remove(client: &Client) -> Result<types::Book, String> {
    let call = client.remove_book().id(7_i64);
    Ok(call.send().await.map_err(|error| error.to_string())?.into_inner())
}

pub fn tell(book: types::Book) -> String {
    let (id, title): (String, String) = (book.id, book.title);
    let pages: Option<i32> = book.pages;
    let tags: Option<Vec<String>> = book.tags;
    let author: Option<types::Person> = book.author;
    let name: Option<String> = author.and_then(|author| author.name);
    let kind = match book.kind {
        Some(types::Kind::Novel) => "a novel",
        Some(types::Kind::Poem) => "a poem",
        _ => "a book",
    };
    format!("{id} {title} {pages:?} {tags:?} {name:?} {kind}")
}

pub fn nobody() -> types::Person {
    types::Person::default()
}

fn main() {}
