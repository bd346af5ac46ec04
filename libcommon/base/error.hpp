// The one exception type, and the exit code that each kind of failure leads to.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace mbx {

/// What kind of failure it is; it alone decides the exit code (see exit_code()).
enum class ErrorCode {
    Usage,         ///< the command line is wrong
    BadData,       ///< the input is damaged, or items were refused
    NoInput,       ///< the input is missing or unreadable
    Unavailable,   ///< a server cannot be reached, or has ended the session
    Internal,      ///< a bug of ours
    CannotCreate,  ///< the output cannot be created
    Io,            ///< reading or writing failed midway
    TryAgain,      ///< a lock is held, a server is busy, or the run was stopped midway
    NotAllowed,    ///< login or permission refused
    BadConfig,     ///< a configuration file is wrong
};

/// Exit codes, numbered as in sysexits(3). `No` is a plain "no" from a check.
enum class ExitCode : int {
    Ok = 0,
    No = 1,
    Usage = 64,
    DataErr = 65,
    NoInput = 66,
    Unavailable = 69,
    Software = 70,
    CantCreat = 73,
    IoErr = 74,
    TempFail = 75,
    NoPerm = 77,
    Config = 78,
};

/// The exit code of a tool that ends with an error of this kind.
ExitCode exit_code(ErrorCode code) noexcept;

/// A failure, in words for the user.
///
/// text: one line, lower case, no full stop, untrusted parts escaped (base::escape).
/// place: where, outermost first ("john.pst: node 0x00200024"); grows on the way up through
/// with_place(). hint: what the user can do; empty when there is nothing to say.
class Error : public std::exception {
  public:
    Error(ErrorCode code, std::string text, std::string hint = {});

    ErrorCode code() const noexcept { return code_; }
    const std::string& text() const noexcept { return text_; }
    const std::string& hint() const noexcept { return hint_; }
    const std::string& place() const noexcept { return place_; }

    /// "place: text", or the text alone when no place is known.
    const char* what() const noexcept override { return what_.c_str(); }

    /// Puts `outer` in front of the place known so far. Returns *this, to be thrown again.
    Error& with_place(std::string_view outer) &;
    Error with_place(std::string_view outer) &&;

  private:
    void compose();

    ErrorCode code_;
    std::string text_;
    std::string hint_;
    std::string place_;
    std::string what_;
};

/// An Error for a failed system call: "<action>: <strerror(error_number)>".
/// ENOSPC, EDQUOT, EIO → Io; ENOENT → NoInput; EACCES, EPERM → NotAllowed; else `fallback`.
Error system_error(int error_number, std::string_view action, ErrorCode fallback = ErrorCode::Io);

}  // namespace mbx
