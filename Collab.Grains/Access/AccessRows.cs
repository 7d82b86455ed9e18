using System.Data.Common;
using Collab.Contracts.Access;

namespace Collab.Grains.Access;

/// <summary>What a row means: the databases' queries name the same columns in the same order.</summary>
internal static class AccessRows
{
    public const string RevocationColumns = "kind, name, issued_before, until";

    public const short Token = 0;

    public const short Subject = 1;

    public static Grant Grant(DbDataReader row) => new(row.GetString(0), (Role)row.GetInt32(1));

    public static Revocation Revocation(DbDataReader row) => new(
        row.GetInt32(0) == Token ? row.GetString(1) : null, row.GetInt32(0) == Token ? null : row.GetString(1), Time(row.GetInt64(2)), Time(row.GetInt64(3)));

    public static short KindOf(Revocation revocation) => revocation.TokenId is null ? Subject : Token;

    public static string NameOf(Revocation revocation) => revocation.TokenId ?? revocation.Subject ?? throw new ArgumentException("A revocation names a token or a subject.", nameof(revocation));

    /// <summary>Milliseconds since 1970; rounded up, so that nothing ends or is spared too early.</summary>
    public static long Milliseconds(DateTimeOffset time) => time.AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds();

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
