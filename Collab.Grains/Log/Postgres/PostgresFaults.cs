using System.Net.Sockets;
using Npgsql;

namespace Collab.Grains.Log.Postgres;

/// <summary>What PostgreSQL's error codes mean to the log. <see href="https://www.postgresql.org/docs/current/errcodes-appendix.html"/></summary>
internal static class PostgresFaults
{
    /// <summary>The statement's own rows are to blame (a constraint, a value that the type can't hold); other rows would pass.</summary>
    public static bool IsOfTheRows(PostgresException exception) =>
        exception.SqlState.StartsWith("22", StringComparison.Ordinal) || exception.SqlState.StartsWith("23", StringComparison.Ordinal);

    /// <summary>The failure as the log tells it; null when it is not one of the database.</summary>
    public static LogUnavailableException? Unavailable(Exception exception, string name)
    {
        if (exception is PostgresException answer)
        {
            var (fault, hint) = Meaning(answer.SqlState);
            return new($"{name} refused: {hint ?? answer.MessageText} (SQLSTATE {answer.SqlState}).", exception, fault);
        }

        return exception switch
        {
            NpgsqlException { InnerException: TimeoutException } or TimeoutException =>
                new($"{name} did not answer in time.", exception, LogFault.Timeout),
            NpgsqlException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable } socket } =>
                new($"{name} can't be reached: {socket.Message}.", exception, LogFault.CannotOpen),
            NpgsqlException or IOException or SocketException or ObjectDisposedException =>
                new($"The connection to {name} broke: {(exception.InnerException ?? exception).Message}", exception, LogFault.Io),
            _ => null,
        };
    }

    private static (LogFault Fault, string? Hint) Meaning(string state) => state switch
    {
        "53100" => (LogFault.Full, "the disk is full"),
        "53300" => (LogFault.Busy, "it has too many connections; raise its max_connections, or lower Collab:Log:ReaderConnectionsLimit and WriterConnectionsLimit"),
        "40001" or "40P01" => (LogFault.Busy, null),
        "55P03" => (LogFault.Busy, "another process holds the lock of a document for too long"),
        "57014" => (LogFault.Timeout, "the statement took longer than Collab:Log:CommandTimeout"),
        "25P03" => (LogFault.Timeout, "this process paused too long within a transaction"),
        "57P01" or "57P02" or "57P03" => (LogFault.CannotOpen, "it is stopping, starting, or was told to end the connection"),
        "25006" => (LogFault.CannotOpen, "it is read-only: a standby, or so set up. The log needs the primary"),
        "28000" or "28P01" => (LogFault.CannotOpen, "it does not let this user in; look at user and password of Collab:Log:ConnectionString and at its pg_hba.conf"),
        "3D000" => (LogFault.CannotOpen, "there is no such database"),
        // The second: there is a schema of that name, and it is hidden from the user.
        "42501" or "3F000" => (LogFault.CannotOpen, "the user has not the rights that docs/deployment.md lists"),
        "42P01" => (LogFault.CannotOpen, "the log's tables are not there; a start of the program makes them"),
        "58030" => (LogFault.Io, "reading or writing its disk failed"),
        "XX001" or "XX002" => (LogFault.Corrupt, "its data is damaged; restore a backup"),
        _ => (LogFault.Other, null),
    };
}
