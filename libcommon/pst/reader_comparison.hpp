// Two readers of one store, side by side: what one of them reads wrong, the other tells.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/stop.hpp"
#include "pst/reader.hpp"

namespace mbx::pst {

class ReaderComparison {
  public:
    /// `place`: "folder 0x...", "message 0x..., attachment 0"; `text`: what the first reader says
    /// and what the second, untrusted text escaped.
    using Sink = std::function<void(const std::string& place, const std::string& text)>;

    /// The readers outlive it.
    ReaderComparison(PstReader& first, PstReader& second, Sink sink);

    /// Kind of file, properties of the store, all folders with their counts.
    void compare_store();
    /// Messages of a folder with their properties, recipients and attachments, content byte for
    /// byte and one message after the other. Returns how many both readers have. Throws
    /// Error(TryAgain) when stopped.
    std::uint64_t compare_messages(ndb::Nid folder, bool associated, const base::StopFlag& stop);

    std::uint64_t differences() const noexcept { return differences_; }
    std::uint64_t different_messages() const noexcept { return different_messages_; }

  private:
    void note(const std::string& place, const std::string& text);
    template <typename Value>
    void same(const std::string& place, std::string_view what, const Value& first,
              const Value& second);
    void compare_folders(const PstFolder& first, const PstFolder& second);
    void compare_bags(const std::string& place, const mapi::PropertyBag& first,
                      const mapi::PropertyBag& second);
    void compare_message(const std::string& place, const mapi::Message& first,
                         const mapi::Message& second);
    void compare_attachments(const std::string& place, const mapi::Attachment& first,
                             const mapi::Attachment& second);
    void compare_current(const std::string& place, MessageCursor& first, MessageCursor& second);

    PstReader& first_;
    PstReader& second_;
    Sink sink_;
    std::uint64_t differences_ = 0;
    std::uint64_t different_messages_ = 0;
};

}  // namespace mbx::pst
