//! Conversations in the database.
use crate::persistence::{Database, Query, Row, Transaction, corrupt, in_list};
use application::{
    assistant::ports::{ConversationKey, ConversationQueries, ConversationRepository},
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    assistant::{Conversation, ConversationId, Message, MessageId, MessageText, UnknownAuthor},
    catalogue::FilmId,
    identity::UserId,
    shared::Id,
};
use sea_orm::Value;
use shaku::Component;
use std::{collections::HashMap, fmt::Write, sync::Arc};
use uuid::Uuid;

const COLUMNS: &str = "id, user_id, title, length, created_at, updated_at";

#[async_trait]
impl ConversationRepository for Transaction {
    async fn find(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        // A write of the row, so that the next one waits on either database.
        const TAKE: &str = "UPDATE conversations SET updated_at = updated_at WHERE id = $1";
        Query::new(TAKE, [id.as_uuid().into()])
            .change(&self.tx)
            .await?;
        let sql = format!("SELECT {COLUMNS} FROM conversations WHERE id = $1");
        let row = Query::new(&sql, [id.as_uuid().into()])
            .one(&self.tx)
            .await?;
        row.as_ref().map(read_conversation).transpose()
    }

    async fn insert(&self, conversation: &Conversation) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO conversations ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)");
        let values = [
            conversation.id.as_uuid().into(),
            conversation.owner.as_uuid().into(),
            conversation.title.clone().into(),
            i64::from(conversation.length).into(),
            conversation.created_at.into(),
            conversation.updated_at.into(),
        ];
        Query::new(&sql, values).change(&self.tx).await?;
        Ok(())
    }

    async fn add(&self, conversation: &Conversation, message: &Message) -> Result<(), StoreError> {
        const UPDATE: &str = "UPDATE conversations SET length = $2, updated_at = $3 WHERE id = $1";
        const INSERT: &str = "INSERT INTO conversation_messages \
             (id, conversation_id, position, author, text, said_at) VALUES ($1, $2, $3, $4, $5, $6)";
        let values = [
            conversation.id.as_uuid().into(),
            i64::from(conversation.length).into(),
            conversation.updated_at.into(),
        ];
        Query::new(UPDATE, values).change(&self.tx).await?;
        let values = [
            message.id.as_uuid().into(),
            message.conversation.as_uuid().into(),
            i64::from(message.position).into(),
            message.author.name().into(),
            message.text.as_str().into(),
            message.said_at.into(),
        ];
        Query::new(INSERT, values).change(&self.tx).await?;
        self.add_films(message).await
    }

    async fn remove(&self, id: ConversationId) -> Result<(), StoreError> {
        const REMOVE: &str = "DELETE FROM conversations WHERE id = $1";
        Query::new(REMOVE, [id.as_uuid().into()])
            .change(&self.tx)
            .await?;
        Ok(())
    }

    async fn remove_all(&self, owner: UserId) -> Result<(), StoreError> {
        const REMOVE: &str = "DELETE FROM conversations WHERE user_id = $1";
        Query::new(REMOVE, [owner.as_uuid().into()])
            .change(&self.tx)
            .await?;
        Ok(())
    }
}

impl Transaction {
    /// One statement; films that are not there select nothing.
    async fn add_films(&self, message: &Message) -> Result<(), StoreError> {
        if message.films.is_empty() {
            return Ok(());
        }
        let mut values: Vec<Value> = vec![message.id.as_uuid().into()];
        let mut places = String::new();
        for (place, film) in message.films.iter().enumerate() {
            values.push(film.as_uuid().into());
            // Writing to a string cannot fail.
            let _ = write!(places, " WHEN ${} THEN {place}", values.len());
        }
        let ids: Vec<Uuid> = message.films.iter().map(|film| film.as_uuid()).collect();
        let (list, members) = in_list(values.len() + 1, &ids);
        values.extend(members);
        let sql = format!(
            "INSERT INTO message_films (message_id, film_id, position) \
             SELECT $1, f.id, CASE f.id{places} ELSE 0 END FROM films f WHERE f.id IN ({list})"
        );
        Query::new(&sql, values).change(&self.tx).await?;
        Ok(())
    }
}

fn read_conversation(row: &Row) -> Result<Conversation, StoreError> {
    Ok(Conversation {
        id: Id::from_uuid(row.get(0)?),
        owner: Id::from_uuid(row.get(1)?),
        title: row.get(2)?,
        length: count(row, 3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
    })
}

fn count(row: &Row, column: usize) -> Result<u32, StoreError> {
    u32::try_from(row.get::<i64>(column)?).map_err(|cause| corrupt("conversation", cause))
}

/// Reads from the pool.
#[derive(Component)]
#[shaku(interface = ConversationQueries)]
pub struct SqlConversationQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl ConversationQueries for SqlConversationQueries {
    async fn list(
        &self,
        owner: UserId,
        page: PageRequest<ConversationKey>,
    ) -> Result<Page<Conversation, ConversationKey>, StoreError> {
        let most = i64::from(page.size.get()) + 1;
        let mut values: Vec<Value> = vec![owner.as_uuid().into(), most.into()];
        let mut after = "";
        if let Some(key) = page.after {
            values.extend([key.created_at.into(), key.conversation.as_uuid().into()]);
            after = " AND (created_at, id) < ($3, $4)";
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM conversations WHERE user_id = $1{after} \
             ORDER BY created_at DESC, id DESC LIMIT $2"
        );
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let conversations = rows
            .iter()
            .map(read_conversation)
            .collect::<Result<_, _>>()?;
        Ok(Page::from_overfetched(
            conversations,
            page.size,
            |conversation: &Conversation| ConversationKey {
                created_at: conversation.created_at,
                conversation: conversation.id,
            },
        ))
    }

    async fn show(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM conversations WHERE id = $1");
        let query = Query::new(&sql, [id.as_uuid().into()]);
        let row = query.one(self.database.connection()).await?;
        row.as_ref().map(read_conversation).transpose()
    }

    async fn list_messages(
        &self,
        id: ConversationId,
        most: u32,
    ) -> Result<Vec<Message>, StoreError> {
        const LIST: &str = "SELECT id, position, author, text, said_at FROM conversation_messages \
             WHERE conversation_id = $1 ORDER BY position DESC LIMIT $2";
        let values = [id.as_uuid().into(), i64::from(most).into()];
        let rows = Query::new(LIST, values)
            .all(self.database.connection())
            .await?;
        let mut films = self.films_of(id).await?;
        let messages = rows.iter().rev().map(|row| {
            let mut message = read_message(id, row)?;
            message.films = films.remove(&message.id).unwrap_or_default();
            Ok(message)
        });
        messages.collect()
    }
}

impl SqlConversationQueries {
    async fn films_of(
        &self,
        id: ConversationId,
    ) -> Result<HashMap<MessageId, Vec<FilmId>>, StoreError> {
        const LIST: &str = "SELECT f.message_id, f.film_id FROM message_films f \
             JOIN conversation_messages m ON m.id = f.message_id \
             WHERE m.conversation_id = $1 ORDER BY f.message_id, f.position";
        let query = Query::new(LIST, [id.as_uuid().into()]);
        let mut films: HashMap<MessageId, Vec<FilmId>> = HashMap::new();
        for row in query.all(self.database.connection()).await? {
            let of_message = films.entry(Id::from_uuid(row.get(0)?)).or_default();
            of_message.push(Id::from_uuid(row.get(1)?));
        }
        Ok(films)
    }
}

fn read_message(conversation: ConversationId, row: &Row) -> Result<Message, StoreError> {
    let author: String = row.get(2)?;
    let text: String = row.get(3)?;
    let said_at: DateTime<Utc> = row.get(4)?;
    Ok(Message {
        id: Id::from_uuid(row.get(0)?),
        conversation,
        position: count(row, 1)?,
        author: author
            .parse()
            .map_err(|cause: UnknownAuthor| corrupt("message", cause))?,
        text: MessageText::nearest(&text),
        films: Vec::new(),
        said_at,
    })
}
