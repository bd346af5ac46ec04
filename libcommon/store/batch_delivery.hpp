// Puts whole files into a folder, many at a time: written aside, synced together, renamed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mail/message.hpp"
#include "store/directory.hpp"
#include "store/mail_store.hpp"

namespace mbx::store {

/// A file is seen under its final name only when its bytes are on stable storage. Syncing many
/// files in one go lets the file system write them in one journal transaction.
class BatchDelivery {
  public:
    /// `aside` and `into` lie on one file system and may be the same folder.
    BatchDelivery(Directory aside, Directory into);
    /// Removes what has not landed.
    ~BatchDelivery();
    BatchDelivery(const BatchDelivery&) = delete;
    BatchDelivery& operator=(const BatchDelivery&) = delete;

    struct Sizes {
        std::uint64_t bytes = 0;
        std::uint64_t bytes_with_crlf = 0;  ///< were every line end CRLF
    };

    /// Writes the message aside. A source that cannot be read becomes a failed result. Throws
    /// Error(Io, CannotCreate) when the file cannot be written; nothing of it is left then.
    void add(const mail::Message& message, std::uint64_t ticket, const std::string& aside_name,
             const std::function<std::string(const Sizes&)>& final_name);

    /// Time for a commit().
    bool is_full() const noexcept;
    /// Lets everything land, in the order of add(). Throws Error(Io, CannotCreate).
    void commit();

    /// Of what commit() has settled.
    std::vector<AppendResult> take_results();

  private:
    struct Pending {
        AppendResult result;
        std::string aside_name;
        base::File file;
    };

    Directory aside_;
    Directory into_;
    std::vector<Pending> pending_;
    std::uint64_t pending_bytes_ = 0;
    std::vector<AppendResult> results_;
};

}  // namespace mbx::store
