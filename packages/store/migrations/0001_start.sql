create table owner (
  id text primary key,
  name text not null,
  created_at timestamptz(3) not null default now()
);

create table api_key (
  id text primary key,
  owner text not null references owner (id) on delete cascade,
  name text not null,
  -- sha256 of the whole key, hex. The key itself is shown once and never stored.
  hash text not null unique,
  -- First characters of the key, so that its owner can tell keys apart.
  prefix text not null,
  scopes text[] not null,
  rate_generate integer,
  rate_status integer,
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);
create index api_key_owner on api_key (owner);

create table session (
  hash text primary key,
  owner text not null references owner (id) on delete cascade,
  -- The key that was used to sign in; the session ends with it.
  key text references api_key (id) on delete cascade,
  scopes text[] not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null
);

create table sign_in (
  hash text primary key,
  owner text not null references owner (id) on delete cascade,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  used_at timestamptz(3)
);

create table upload (
  id text primary key,
  owner text not null references owner (id) on delete cascade,
  mime text not null,
  bytes bigint not null,
  sha256 text not null,
  width integer,
  height integer,
  created_at timestamptz(3) not null default now()
);
create index upload_owner on upload (owner, created_at);

-- Streams and videos that a worker looks at while somebody watches.
create table camera (
  id text primary key,
  owner text not null references owner (id) on delete cascade,
  name text not null,
  -- rtsp:// or rtsps:// with its password, or upload:<id>. Never leaves the server as it is.
  source text not null,
  task text not null,
  model text,
  options jsonb not null default '{}',
  -- Frames looked at in a second.
  fps double precision not null,
  enabled boolean not null default true,
  created_at timestamptz(3) not null default now()
);
create index camera_owner on camera (owner, created_at);

-- Processes of the api that answer now. Workers dial them for work that is done at once.
create table api_node (
  id text primary key,
  host text not null,
  -- Such as ws://127.0.0.1:8000, the likeliest first. Loopback counts for workers of the same host alone.
  addresses text[] not null,
  -- PEM; the only certificate that a worker trusts there. Null without TLS.
  certificate text,
  -- What a worker has to present; made anew by each start of the process.
  token text not null,
  seen_at timestamptz(3) not null default now()
);

create table worker (
  id text primary key,
  host text not null,
  seen_at timestamptz(3) not null default now(),
  view jsonb not null
);

create table job (
  id text primary key,
  task text not null,
  owner text not null references owner (id) on delete cascade,
  -- In whose share of the machine it is: the key that asked for it, or its owner where no key did.
  share text not null,
  model text not null,
  family text not null,
  lane text not null default 'batch',
  dialect text,
  state text not null default 'queued',
  priority text not null default 'normal',
  -- Its turn among the waiting jobs of its lane and priority: lower goes first.
  fair_tag bigint not null,
  input jsonb not null,
  -- What a search looks at.
  text text not null default '',
  output jsonb,
  outputs jsonb not null default '[]',
  progress jsonb,
  error jsonb,
  -- The run that is queued or in progress: 1, 2, 3 ... With the state it is the fence every write of a worker passes.
  attempt integer not null default 1,
  engine_crashes integer not null default 0,
  lost_workers integer not null default 0,
  worker_id text,
  device text,
  retry_of text references job (id) on delete set null,
  idempotency_key text,
  request_hash text,
  cancel_requested_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  started_at timestamptz(3),
  finished_at timestamptz(3),
  -- Number of the last durable event.
  last_seq integer not null default 0,
  constraint job_state check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  constraint job_priority check (priority in ('high', 'normal', 'low')),
  constraint job_idempotency unique (owner, idempotency_key)
);
create index job_owner_newest on job (owner, created_at desc, id desc);
create index job_newest on job (created_at desc, id desc);
create index job_turn on job (lane, priority, state, fair_tag) where state in ('queued', 'running');
create index job_share_turn on job (share, lane, priority, fair_tag) where state in ('queued', 'running');
create index job_retry on job (retry_of) where retry_of is not null;

create table job_event (
  job text not null references job (id) on delete cascade,
  seq integer not null,
  at timestamptz(3) not null default now(),
  body jsonb not null,
  primary key (job, seq)
);

create table job_preview (
  job text primary key references job (id) on delete cascade,
  mime text not null,
  bytes bytea not null,
  at timestamptz(3) not null default now()
);

create table run_stat (
  id bigint generated always as identity primary key,
  host text not null,
  device text not null,
  model text not null,
  task text not null,
  work double precision not null,
  seconds double precision not null,
  -- Null when the model was already in memory.
  load_seconds double precision,
  at timestamptz(3) not null default now()
);
create index run_stat_recent on run_stat (model, device, task, id desc);

create table setting (
  key text primary key,
  value jsonb not null,
  changed_at timestamptz(3) not null default now()
);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default now(),
  owner text,
  key text,
  action text not null,
  detail jsonb not null default '{}'
);
create index audit_owner on audit (owner, id desc);

-- Who passed a kiosk, and when. Names stay with the people: an erased person leaves a row that says nothing of anybody.
create table attendance (
  id bigint generated always as identity primary key,
  owner text not null references owner (id) on delete cascade,
  person text not null,
  -- The key of the kiosk; null where a signed-in browser is one.
  kiosk text,
  at timestamptz(3) not null default now(),
  -- Whether actions were asked for and done.
  challenged boolean not null,
  similarity double precision not null
);
create index attendance_owner on attendance (owner, id desc);
create index attendance_person on attendance (owner, person, at desc);

-- Answers that their clients may read again and go on from, in OpenAI's own form. Written once, when they have ended.
create table response (
  id text primary key,
  owner text not null references owner (id) on delete cascade,
  -- The one that it goes on from; may be forgotten by now.
  previous text,
  -- What was asked, as a list of items.
  input jsonb not null,
  body jsonb not null,
  created_at timestamptz(3) not null default now()
);
create index response_owner on response (owner);
create index response_created on response (created_at);

-- Messages to other programs, until they are delivered or too old.
create table webhook_delivery (
  -- The same for all attempts, so that the receiver can tell a repetition.
  id text primary key,
  owner text not null references owner (id) on delete cascade,
  -- The job that it tells of, not before that has ended. Null: it tells of a kiosk.
  job text references job (id) on delete cascade,
  -- Where a job's goes; a kiosk's goes where its settings say.
  url text,
  -- The bytes that are signed; emptied when the delivery has ended. A job's are made of the job each time.
  body text not null,
  state text not null default 'waiting',
  attempts integer not null default 0,
  created_at timestamptz(3) not null default now(),
  next_at timestamptz(3) not null default now(),
  -- Null until its job has ended.
  expires_at timestamptz(3),
  error text,
  constraint webhook_delivery_state check (state in ('waiting', 'delivered', 'failed')),
  constraint webhook_delivery_job check ((job is null) = (url is null) and (job is not null or expires_at is not null))
);
create index webhook_delivery_due on webhook_delivery (next_at) where state = 'waiting';
create index webhook_delivery_owner on webhook_delivery (owner, created_at desc);
create index webhook_delivery_job on webhook_delivery (job) where job is not null;

-- The next turn of a share in a lane and priority is one after its own last live job, but not before the turn that is being
-- served: so shares alternate however many jobs each has waiting, and one who comes later neither waits for the others'
-- backlog nor catches up on turns it never asked for.
--
-- Simultaneous requests of one share queue up behind the lock, and each sees the job of the one before: the queries of a
-- volatile function take their snapshot when they run, not when the statement that calls it began.
create function next_turn(job_share text, job_lane text, job_priority text) returns bigint
language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock(hashtext('job turn'), hashtext(job_share));
  return (
    select greatest(
      coalesce(
        (select max(fair_tag) from job where lane = job_lane and priority = job_priority and state = 'running'),
        (select min(fair_tag) from job where lane = job_lane and priority = job_priority and state = 'queued'),
        1),
      coalesce(
        (select max(fair_tag) + 1 from job
          where lane = job_lane and priority = job_priority and share = job_share and state in ('queued', 'running')),
        1)));
end
$$;

-- People who may be known again. Vectors and crops are sealed with a key of each person's own that this database never holds:
-- without its file nothing here, in its logs or in a copy of it shows a face.
create table collection (
  owner text not null references owner (id) on delete cascade,
  name text not null,
  -- Least similarity to be known; null: that of the embedder.
  threshold double precision,
  created_at timestamptz(3) not null default now(),
  primary key (owner, name)
);

create table person (
  id text primary key,
  owner text not null references owner (id) on delete cascade,
  collection text not null,
  name text not null,
  -- Who agreed, when, to what, and the text that was shown.
  consent jsonb not null,
  expires_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  foreign key (owner, collection) references collection (owner, name)
);
create index person_owner on person (owner, collection, lower(name), id);
create index person_expiry on person (expires_at) where expires_at is not null;

create table person_face (
  id text primary key,
  person text not null references person (id) on delete cascade,
  -- Vectors are compared only with those of the same id and digest.
  embedder text not null,
  embedder_digest text not null,
  dimensions integer not null,
  vector bytea not null,
  crop bytea,
  quality jsonb not null,
  created_at timestamptz(3) not null default now()
);
create index person_face_person on person_face (person);

-- The latest change of each person, gone or not: what a search must read again before it answers. Numbers of one owner become
-- visible in their order, because whoever takes one holds a lock until it is committed (src/people/write.ts).
create table person_change (
  person text primary key,
  owner text not null references owner (id) on delete cascade,
  seq bigint generated always as identity
);
create index person_change_owner on person_change (owner, seq);

-- What was done with people, without names, vectors or pictures. It outlives them.
create table person_log (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default now(),
  owner text not null references owner (id) on delete cascade,
  person text,
  key text,
  action text not null,
  detail jsonb not null default '{}',
  -- Of an erasure: when the person's key was destroyed; null until then.
  key_destroyed_at timestamptz(3)
);
create index person_log_owner on person_log (owner, id desc);
create index person_log_unfinished on person_log (id) where action in ('erased', 'expired') and key_destroyed_at is null;

-- Voices to speak with. The recording and what is said in it are sealed with a key of each voice's own that this database never
-- holds, as faces are: without its file nothing here lets anybody speak with that voice.
create table voice (
  id text primary key,
  owner text not null references owner (id) on delete cascade,
  name text not null,
  -- The one that it was meant for, as the client called it.
  model text not null,
  seconds double precision not null,
  -- Of the recording before it was sealed.
  sha256 text not null,
  sound bytea not null,
  said bytea not null,
  created_at timestamptz(3) not null default now()
);
create index voice_owner on voice (owner, created_at);
