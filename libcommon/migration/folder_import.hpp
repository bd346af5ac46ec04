// One folder of a PST on its way to the destination.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "migration/append_batch.hpp"
#include "migration/folder_maker.hpp"
#include "migration/import.hpp"
#include "migration/mail_maker.hpp"
#include "migration/store_addresses.hpp"
#include "migration/tail.hpp"

namespace mbx::migration {

/// Opens the folder, sends what an earlier run has not, and waits for the answers; each of them may
/// happen while another folder is at its turn.
class FolderImport {
  public:
    /// All outlive it.
    FolderImport(const ImportContext& context, const ImportOptions& options,
                 const MailTarget& target, FolderMaker& maker, StoreAddresses& addresses,
                 LossCounter& losses);

    /// Opens the folder at the destination before its turn. What an earlier run has filled, or may
    /// have, is not opened ahead: it is looked at first, when its turn has come.
    void open_ahead();

    /// Hands every message over; answers may still be on their way then. `between` is called after
    /// each.
    void send(const std::function<void()>& between);

    /// True when finish() would not have to wait for the destination.
    bool is_settled() { return !batch_ || batch_->is_settled(); }

    /// Pre: all is sent.
    ImportedFolder finish();

  private:
    void start_progress();
    std::unique_ptr<pst::MessageCursor> open_cursor();
    std::optional<pst::ndb::Nid> next(pst::MessageCursor& cursor);
    void stop_when_asked();
    void import_message(pst::ndb::Nid nid, pst::MessageCursor& cursor);
    /// nullopt for what is no mail, or not wanted.
    std::optional<MadeMail> read(pst::ndb::Nid nid, pst::MessageCursor& cursor);
    void send_message(const mail::Message& message, Landed landed);

    /// When the first message goes there.
    void open_folder();

    /// A journal may have lost its end, and with it the records of folders that are filled.
    bool may_hold_unrecorded() const { return context_.journal.resumed() && before_ > 0; }

    void open_destination();
    void make_folder();
    void begin_folder();
    void report_unreached(std::uint64_t seen);
    void add_bad_item(pst::ndb::Nid nid, BadKind kind, std::string reason,
                      const base::SharedSource& bytes);

    const ImportContext& context_;
    const ImportOptions& options_;
    const MailTarget& target_;
    FolderMaker& maker_;
    StoreAddresses& addresses_;
    LossCounter& losses_;
    MailMaker mail_maker_;
    Tail tail_;
    bool is_made_ = false;
    std::uint64_t before_ = 0;  // messages in the folder at the destination when it was opened
    std::unique_ptr<store::FolderWriter> writer_;  // until the first message goes there
    std::optional<AppendBatch> batch_;
    std::optional<std::string> failure_;  // of the folder from here on
    ImportedFolder result_;
};

}  // namespace mbx::migration
