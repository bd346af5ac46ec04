#include "migration/append_batch.hpp"

#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

// A batch costs one wait for the destination's disks, and is what a killed run has to look for.
constexpr std::uint64_t kBatchMessages = 256;
constexpr std::uint64_t kBatchBytes = std::uint64_t{64} << 20;

}  // namespace

AppendBatch::AppendBatch(std::unique_ptr<store::FolderWriter> writer, Journal& journal,
                         pst::ndb::Nid folder, BadItems& bad_items, std::string folder_name)
    : writer_(std::move(writer)),
      journal_(journal),
      folder_(folder),
      bad_items_(bad_items),
      folder_name_(std::move(folder_name)) {}

void AppendBatch::add(const mail::Message& message, Landed landed) {
    const std::uint64_t bytes = message.source->size();
    on_their_way_.push_back({next_ticket_, std::move(landed), message.source, bytes});
    writer_->append(message, next_ticket_++);
    take_results();
    batch_bytes_ += bytes;
    if (++batch_messages_ >= kBatchMessages || batch_bytes_ >= kBatchBytes) {
        if (writer_->results_are_final()) {
            record();
        } else {
            close();
        }
    }
}

bool AppendBatch::is_settled() {
    take_results();
    return on_their_way_.empty();
}

void AppendBatch::close() {
    if (batch_messages_ == 0 && on_their_way_.empty()) {
        return;
    }
    writer_->flush();
    take_results();
    if (!on_their_way_.empty()) {
        throw Error(ErrorCode::Internal, "the destination gave no result for a message")
            .with_place(folder_name_);
    }
    record();
}

void AppendBatch::record() {
    for (const Landed& landed : arrived_) {
        journal_.add(folder_, landed);
    }
    journal_.sync();
    arrived_.clear();
    batch_messages_ = 0;
    batch_bytes_ = 0;
}

void AppendBatch::take_results() {
    for (store::AppendResult& result : writer_->take_results()) {
        if (on_their_way_.empty() || on_their_way_.front().ticket != result.ticket) {
            throw Error(ErrorCode::Internal, "the destination gave results out of order")
                .with_place(folder_name_);
        }
        Sent sent = std::move(on_their_way_.front());
        on_their_way_.pop_front();
        if (result.failure) {
            refuse(sent, *result.failure);
            continue;
        }
        refused_in_a_row_ = 0;
        ++totals_.messages;
        totals_.bytes += sent.bytes;
        sent.landed.id = std::move(result.id);
        sent.landed.uid_validity = result.uid_validity;
        arrived_.push_back(std::move(sent.landed));
    }
    if (full_) {
        record();
        throw Error(*full_).with_place(folder_name_);
    }
}

void AppendBatch::refuse(const Sent& sent, const Error& failure) {
    if (failure.code() == ErrorCode::CannotCreate) {
        full_ = failure;
        return;
    }
    // Nobody wants the rest of the mailbox as bad items.
    if (++refused_in_a_row_ > kMostFailuresInARow) {
        throw Error(failure).with_place("the destination refuses one message after the other");
    }
    ++totals_.refused;
    bad_items_.add({folder_name_, to_string(sent.landed.nid), BadKind::Refused, failure.what(), ""},
                   sent.source);
}

}  // namespace mbx::migration
