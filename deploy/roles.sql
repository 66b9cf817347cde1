-- Two roles, made by the database's superuser: the owner makes and changes tables, the application only works in them.
-- Can be run again at any time. Passwords are set elsewhere (deploy/postgres-init.sh).
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'birge_owner') THEN
        CREATE ROLE birge_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'birge_app') THEN
        CREATE ROLE birge_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
    END IF;
END $$;
