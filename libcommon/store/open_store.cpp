#include "store/eml_store.hpp"
#include "store/imap/imap_store.hpp"
#include "store/mail_store.hpp"
#include "store/maildir_store.hpp"
#include "store/mbox_store.hpp"

namespace mbx::store {

std::unique_ptr<MailStore> open_store(const MailboxUrl& url, OpenMode mode,
                                      const ConnectOptions& connect, base::Diagnostics& diagnostics,
                                      const base::StopFlag& stop) {
    switch (url.kind) {
        case StoreKind::Maildir:
            return open_maildir(url.path, mode, diagnostics);
        case StoreKind::Mbox:
            return open_mbox(url.path, url.mbox_quoting, mode, diagnostics, stop);
        case StoreKind::Eml:
            return open_eml(url.path, mode, diagnostics);
        case StoreKind::Imap:
            return imap::open_imap_store(url, connect, diagnostics, stop);
    }
    throw Error(ErrorCode::Internal, "a kind of mailbox that nobody knows");
}

}  // namespace mbx::store
