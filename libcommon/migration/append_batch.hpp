// Sends messages into one folder of the destination and journals them once they are on stable
// storage there.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "migration/bad_items.hpp"
#include "migration/journal.hpp"
#include "store/mail_store.hpp"

namespace mbx::migration {

class AppendBatch {
  public:
    struct Totals {
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0;
        std::uint64_t refused = 0;
    };

    /// folder: begun in the journal; folder_name: for bad items. All outlive it.
    AppendBatch(std::unique_ptr<store::FolderWriter> writer, Journal& journal, pst::ndb::Nid folder,
                BadItems& bad_items, std::string folder_name);

    /// Hands one message over, and records what is known to have landed now and then: where results
    /// are final without waiting, else by closing the batch. Throws what the
    /// writer throws; Error(CannotCreate) when a message is refused with that code, since the
    /// destination is full then, with what has landed recorded; Error of the last refusal when the
    /// destination refuses one message after the other.
    void add(const mail::Message& message, Landed landed);

    /// Lets go what the writer holds back. Another folder may be written now, while the answers are
    /// on their way.
    void push() { writer_->push(); }
    /// True when close() would not have to wait.
    bool is_settled();

    /// All that was added is on stable storage and in the journal, or a bad item.
    void close();

    const Totals& totals() const noexcept { return totals_; }

  private:
    struct Sent {
        std::uint64_t ticket = 0;
        Landed landed;
        base::SharedSource source;
        std::uint64_t bytes = 0;
    };

    void take_results();
    void record();
    void refuse(const Sent& sent, const Error& failure);

    std::unique_ptr<store::FolderWriter> writer_;
    Journal& journal_;
    pst::ndb::Nid folder_;
    BadItems& bad_items_;
    std::string folder_name_;
    std::uint64_t next_ticket_ = 1;
    std::deque<Sent> on_their_way_;
    std::vector<Landed> arrived_;
    std::uint64_t batch_messages_ = 0;
    std::uint64_t batch_bytes_ = 0;
    unsigned refused_in_a_row_ = 0;
    std::optional<Error> full_;
    Totals totals_;
};

}  // namespace mbx::migration
