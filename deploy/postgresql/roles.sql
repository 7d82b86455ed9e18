-- Collab's database, schemas and roles, each with the least rights. Run once, as the server's administrator:
--   COLLAB_SCHEMA_PASSWORD=… COLLAB_DATABASE_PASSWORD=… COLLAB_BACKUP_PASSWORD=… COLLAB_MONITOR_PASSWORD=… psql -d postgres -f roles.sql
-- (Docker's official image runs it by itself: see deploy/compose.yaml.) Passwords come from the environment, so that they are in no file.
--
--   collab_schema  owns the two schemas: "Collab.Silo schema" makes and changes their tables as this role, before the hosts of a new version start
--   collab_server  what silos and web hosts run as: reads and writes rows, changes no table
--   collab_backup  reads everything and writes nothing; for pg_dump
--   collab_monitor reads the server's own statistics and no table; for postgres_exporter
\set ON_ERROR_STOP on
\set schema_password ''
\set server_password ''
\set backup_password ''
\set monitor_password ''
\getenv schema_password COLLAB_SCHEMA_PASSWORD
\getenv server_password COLLAB_DATABASE_PASSWORD
\getenv backup_password COLLAB_BACKUP_PASSWORD
\getenv monitor_password COLLAB_MONITOR_PASSWORD

CREATE ROLE collab_schema LOGIN PASSWORD :'schema_password';
CREATE ROLE collab_server LOGIN PASSWORD :'server_password';
CREATE ROLE collab_backup LOGIN PASSWORD :'backup_password' IN ROLE pg_read_all_data, pg_monitor;
CREATE ROLE collab_monitor LOGIN PASSWORD :'monitor_password' CONNECTION LIMIT 5 IN ROLE pg_monitor;

CREATE DATABASE collab OWNER collab_schema ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE collab FROM PUBLIC;
GRANT CONNECT ON DATABASE collab TO collab_server, collab_backup, collab_monitor;

\connect collab
-- Collab:Log:Schema and Collab:Cluster:Schema.
CREATE SCHEMA collab AUTHORIZATION collab_schema;
CREATE SCHEMA orleans AUTHORIZATION collab_schema;
GRANT USAGE ON SCHEMA collab, orleans TO collab_server;
-- Tables that are made later too.
ALTER DEFAULT PRIVILEGES FOR ROLE collab_schema IN SCHEMA collab, orleans GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO collab_server;
ALTER DEFAULT PRIVILEGES FOR ROLE collab_schema IN SCHEMA collab, orleans GRANT USAGE ON SEQUENCES TO collab_server;
