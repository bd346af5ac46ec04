// A message of a PST as the mail that is imported, whole or, where it is damaged, as far as it
// goes.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.hpp"
#include "convert/to_mail.hpp"
#include "mail/message.hpp"
#include "mapi/message.hpp"
#include "migration/content_key.hpp"

namespace mbx::migration {

struct MadeMail {
    mail::Message mail;
    ContentKey key;
    convert::SourceOrigin origin = convert::SourceOrigin::Rebuilt;
    std::string damage;  ///< what of the message could not be read; the mail goes without it
};

class MailMaker {
  public:
    /// is_verified: as in pst::PstInfo. What the options point to outlives this.
    MailMaker(const convert::ToMailOptions& options, bool is_verified)
        : options_(options), is_verified_(is_verified) {}

    /// Reads all of the message: what cannot be read shows here and not halfway to the server.
    /// Values that are damaged are cut off in `stored`. What mail cannot express is reported, but
    /// not of a damaged message. Throws what reading throws where not even a part can be had.
    MadeMail make(mapi::Message& stored, base::Diagnostics& diagnostics) const;

  private:
    std::string damage_of(const mapi::Message& stored, convert::SourceOrigin origin) const;
    MadeMail to_mail(const mapi::Message& stored, convert::Edits edits,
                     base::Diagnostics& losses) const;
    MadeMail salvage(mapi::Message& stored, std::string damage) const;
    std::optional<MadeMail> original_of(const mapi::Message& stored) const;

    convert::ToMailOptions options_;
    bool is_verified_;
};

}  // namespace mbx::migration
