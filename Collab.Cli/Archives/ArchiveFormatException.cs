namespace Collab.Cli.Archives;

/// <summary>An archive is not what an export wrote; the message names the line.</summary>
public sealed class ArchiveFormatException(long line, string message, Exception? inner = null) : Exception($"Line {line} of the archive: {message}", inner);
