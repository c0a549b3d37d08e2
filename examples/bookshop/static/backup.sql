-- SQLite dump, harbour books, before the move to v2
CREATE TABLE customer (id INTEGER PRIMARY KEY, username VARCHAR(40), password_hash VARCHAR(64), email VARCHAR(120));
INSERT INTO customer VALUES (1, 'admin', '21232f297a57a5a743894a0e4a801fc3', 'office@harbour-books.example');
INSERT INTO customer VALUES (2, 'alice', '4cecaff2b30bbe75ce7322109164cfb5', 'alice.hart@mail.example');
