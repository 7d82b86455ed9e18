using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Collab.Contracts;
using Collab.Web.Messages;
using Collab.Web.Sockets;

namespace Collab.Tests.Web;

/// <summary>Messages that are WebSocket frames already, on their way out.</summary>
public sealed class FrameOutputTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(65_535)]
    public async Task A_message_is_framed_as_a_client_reads_it(int bytes)
    {
        byte[] text = Encoding.ASCII.GetBytes(new string('x', bytes - 1) + "!");
        var message = new ServerMessage(ServerMessageType.Control, [.. new byte[TextFrame.HeaderRoom], .. text], bytes);
        using var client = WebSocket.CreateFromStream(new MemoryStream(message.Frame.ToArray()), new WebSocketCreationOptions());
        byte[] read = new byte[bytes + 1];
        int count = 0;
        bool isEnd = false;
        while (!isEnd)
        {
            var received = await client.ReceiveAsync(read.AsMemory(count), default(CancellationToken));
            Assert.Equal(WebSocketMessageType.Text, received.MessageType);
            count += received.Count;
            isEnd = received.EndOfMessage;
        }

        Assert.Equal(text, read[..count]);
        Assert.Equal(text, message.Whole);
    }

    [Fact]
    public void A_message_that_is_too_long_for_one_frame_has_none()
    {
        var message = ServerMessages.Operations(new DocumentId("d"), new Revision(1), [new byte[TextFrame.BytesLimit]]);
        Assert.True(message.Frame.IsEmpty);
        Assert.Equal(message.Bytes, message.Whole.Length);
    }

    [Fact]
    public async Task Frames_that_wait_keep_their_order_and_nothing_follows_the_goodbye()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 3, resumeWriterThreshold: 1, useSynchronizationContext: false));
        var output = new FrameOutput(pipe.Writer, null);
        byte[][] frames = [[0x81, 1, (byte)'a'], [0x81, 1, (byte)'b'], [0x8a, 0], [0x81, 1, (byte)'c'], [0x88, 0]];
        var writing = frames.Select(frame => output.WriteAsync(frame).AsTask()).ToList();
        Assert.False(writing[0].IsCompleted);
        await Assert.ThrowsAsync<IOException>(async () => await output.WriteAsync(frames[0]));
        byte[] expected = [.. frames.SelectMany(frame => frame)];
        var read = await pipe.Reader.ReadAsync();
        for (int count = 0; count < expected.Length; read = await pipe.Reader.ReadAsync())
        {
            foreach (var part in read.Buffer)
            {
                Assert.Equal(expected.AsSpan(count, part.Length), part.Span);
                count += part.Length;
            }

            pipe.Reader.AdvanceTo(read.Buffer.End);
            if (count == expected.Length)
                break;
        }

        await Task.WhenAll(writing);
    }

    [Fact]
    public async Task What_a_socket_takes_late_it_takes_whole_and_in_order()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        using var server = await listener.AcceptSocketAsync();
        var pipe = new Pipe();
        var output = new FrameOutput(pipe.Writer, server);
        // Before the client has been heard all goes by the pipe, behind what HTTP may have left there.
        await output.WriteAsync(new byte[] { 0x8a, 0 });
        Assert.Equal(2, (await pipe.Reader.ReadAsync()).Buffer.Length);
        output.Hear();

        // More than a socket's buffers hold.
        const int Frames = 1_000, Bytes = 60_000;
        var writing = Enumerable.Range(0, Frames).Select(i => output.WriteAsync(Enumerable.Repeat(Content(i), Bytes).ToArray()).AsTask()).ToList();
        Assert.False(writing[^1].IsCompleted);
        byte[] read = new byte[Bytes];
        for (int i = 0; i < Frames; i++)
        {
            for (int count = 0; count < Bytes;)
            {
                int received = await client.ReceiveAsync(read.AsMemory(count));
                Assert.NotEqual(0, received);
                count += received;
            }

            Assert.True(read.AsSpan().IndexOfAnyExcept(Content(i)) < 0, $"frame {i} is whole");
        }

        await Task.WhenAll(writing);
        server.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(async () => await output.WriteAsync(read));

        // None of them a goodbye.
        static byte Content(int frame) => (byte)(frame % 100);
    }
}
