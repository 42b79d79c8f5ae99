select
    seal_number,
    path,
    sha256
from {{ source('raw_ledger', 'definition_file') }}
