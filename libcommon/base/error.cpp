#include "base/error.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace mbx {

ExitCode exit_code(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::Usage:
            return ExitCode::Usage;
        case ErrorCode::BadData:
            return ExitCode::DataErr;
        case ErrorCode::NoInput:
            return ExitCode::NoInput;
        case ErrorCode::Unavailable:
            return ExitCode::Unavailable;
        case ErrorCode::Internal:
            return ExitCode::Software;
        case ErrorCode::CannotCreate:
            return ExitCode::CantCreat;
        case ErrorCode::Io:
            return ExitCode::IoErr;
        case ErrorCode::TryAgain:
            return ExitCode::TempFail;
        case ErrorCode::NotAllowed:
            return ExitCode::NoPerm;
        case ErrorCode::BadConfig:
            return ExitCode::Config;
    }
    return ExitCode::Software;
}

Error::Error(ErrorCode code, std::string text, std::string hint)
    : code_(code), text_(std::move(text)), hint_(std::move(hint)) {
    compose();
}

Error& Error::with_place(std::string_view outer) & {
    place_ = place_.empty() ? std::string(outer) : std::string(outer) + ": " + place_;
    compose();
    return *this;
}

Error Error::with_place(std::string_view outer) && {
    return std::move(static_cast<Error&>(*this).with_place(outer));
}

void Error::compose() {
    what_ = place_.empty() ? text_ : place_ + ": " + text_;
}

Error system_error(int error_number, std::string_view action, ErrorCode fallback) {
    ErrorCode code = fallback;
    switch (error_number) {
        case ENOSPC:
        case EDQUOT:
        case EIO:
            code = ErrorCode::Io;
            break;
        case ENOENT:
            code = ErrorCode::NoInput;
            break;
        case EACCES:
        case EPERM:
            code = ErrorCode::NotAllowed;
            break;
        default:
            break;
    }
    return Error(code, std::string(action) + ": " +
                           std::error_code(error_number, std::generic_category()).message());
}

}  // namespace mbx
